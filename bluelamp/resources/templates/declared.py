"""The resources that a template declares, with loops, conditions, child resources and nested templates expanded."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from bluelamp.resources.located import DuplicateName, Located, fold, folded
from bluelamp.resources.templates.deployments import DEPLOYMENT, inner, items
from bluelamp.resources.templates.expressions import Open, joined, segments, unknown
from bluelamp.resources.templates.grammar import BadExpression
from bluelamp.resources.templates.ids import resource_id
from bluelamp.resources.templates.scopes import Scope

_DEEPEST: Final = 20
_MOST_NAMES: Final = 50
_NO_TYPE: Final = "resource without a type"
_NOT_IN_BODY: Final = frozenset({"resources", "copy", "condition", "scope"})


@dataclass(frozen=True)
class Declared:
    """A resource: its ARM type, the segments of its name, outermost first, and its body with evaluated values.

    `on` is the id of its scope, the resource that it extends or the template's deployment scope, and `level` its kind.
    `start` is its position in the file, `group` identifies its resource group, and `group_name` is that group's name,
    None if unknown. `conditions` are its unknown conditions.
    """

    type: str
    names: tuple[Any, ...]
    body: Mapping[str, Any]
    on: Any
    level: str
    start: int
    group: str
    group_name: Any = None
    conditions: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Listener:
    """Callbacks for resources that are not read, with position in the file, type, name and reason.

    `invalid` receives invalid resources, `skipped` those left out, and `unread` those with an unreadable expression.
    """

    invalid: Callable[[int, str, str, str], None]
    skipped: Callable[[int, str, str, str], None]
    unread: Callable[[int, str, str, str], None]


LINKED: Final = "its template is linked, not included"
EXISTING: Final = "it exists already, and is only read"


def declared(scope: Scope, listener: Listener, depth: int = 0) -> Iterator[Declared]:
    """Every resource that `scope`'s template declares, in order."""
    for raw in items(scope.template.resources):
        yield from _resource(raw, scope, listener, depth, None)


def _resource(raw: Any, scope: Scope, listener: Listener, depth: int, parent: Declared | None) -> Iterator[Declared]:
    start, type_, name = getattr(raw, "start", 0), "", ""
    try:
        members = folded(raw)
        name = str(members.get("name", ""))
        if not isinstance(raw, Located) or not isinstance(members.get("type"), str):
            listener.invalid(start, _NO_TYPE, name, "a resource is an object with a type")
            return
        type_ = str(members["type"])
        iterations = [scope]
        if isinstance(members.get("copy"), Mapping):
            loop = folded(members["copy"])
            known_iterations = scope.iterations(loop, of="resources")
            once = scope.within(str(loop.get("name", "")), unknown("copyIndex"), of="resources")
            unknown_iteration = once.uncertain(f"copy {scope.value(loop.get('count'))}")
            iterations = [unknown_iteration] if known_iterations is None else known_iterations
        for iteration in iterations:
            yield from _iteration(raw, members, iteration, listener, depth, parent)
    except DuplicateName as error:
        listener.invalid(error.start if error.start >= 0 else start, type_, name, str(error))
    except BadExpression as error:
        listener.invalid(start, type_, name, str(error))
    except RecursionError:
        listener.invalid(start, type_, name, "values are nested too deep")
    for why in dict.fromkeys(scope.unread.values()):
        listener.unread(start, type_, name, why)
    scope.unread.clear()


def _iteration(
    raw: Located, members: Mapping[str, Any], scope: Scope, listener: Listener, depth: int, parent: Declared | None
) -> Iterator[Declared]:
    """The resource in one iteration of its loop; `members` is `raw` by folded names.

    A condition is not inherited by child resources, which ARM deploys below the resource that is there already.
    """
    condition = scope.value(members.get("condition", True))
    deployed, outer_scope = condition is not False, scope
    if not deployed and not members.get("resources"):
        return
    if not isinstance(condition, bool):
        scope = scope.uncertain(str(condition))
    type_, names = str(members["type"]), tuple(segments(scope.value(members.get("name", ""))))
    if parent:
        type_, names = f"{parent.type}/{type_}", (*parent.names, *names)
    if len(names) > _MOST_NAMES:
        raise BadExpression(f"the name of a resource has more than {_MOST_NAMES} parts")
    existing = members.get("existing") is True
    if fold(type_) == DEPLOYMENT and not existing:
        if deployed:
            yield from _nested(raw, members, scope, listener, depth, brief(names))
        return
    extended, level = scope.scope_id, scope.level
    if "/providers/" in fold(type_):  # an extension resource in the older notation: the extended type comes first
        separator = fold(type_).index("/providers/")
        base_type, rest = type_[:separator], type_[separator + len("/providers/") :]
        length = base_type.count("/")
        extended, level = resource_id(scope.scope_id, [base_type, *names[:length]]), "resource"
        type_, names = f"{names[length] if length < len(names) else ''}/{rest}", names[length + 1 :]
    elif "scope" in members:
        extended, level = _absolute(scope.value(members["scope"]), scope), "resource"
    resource = Declared(type_, names, {}, extended, level, raw.start, scope.group, scope.group_name, scope.conditions)
    if existing:
        listener.skipped(raw.start, type_, brief(names), EXISTING)
    elif deployed:
        body = Located(((key, value) for key, value in raw.items() if fold(key) not in _NOT_IN_BODY), start=raw.start)
        resource = replace(resource, body=scope.value(body))
        yield resource
    for child in items(members.get("resources")):
        yield from _resource(child, outer_scope, listener, depth, resource)


def brief(names: Iterable[Any]) -> str:
    """The segments of a name for display."""
    return "/".join(part.brief if isinstance(part, Open) else str(part) for part in names)


def _absolute(on: Any, scope: Scope) -> Any:
    """The full id of a resource's `scope`, which may be relative to the deployment scope."""
    first = on.parts[0] if isinstance(on, Open) else on
    if isinstance(first, str) and not first.startswith("/"):
        return joined(scope.scope_id, "/providers/", on)
    return on


def _nested(
    raw: Located, members: Mapping[str, Any], scope: Scope, listener: Listener, depth: int, name: str
) -> Iterator[Declared]:
    nested_scope = inner(raw, members, scope)
    if nested_scope is None:
        listener.skipped(raw.start, DEPLOYMENT, name, LINKED)
    elif depth >= _DEEPEST:
        listener.invalid(raw.start, DEPLOYMENT, name, f"templates are nested deeper than {_DEEPEST}")
    else:
        yield from declared(replace(nested_scope, conditions=scope.conditions), listener, depth + 1)
