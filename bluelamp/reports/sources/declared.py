"""The resources that a template declares: loops unrolled, conditions applied, children and inner templates read."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from bluelamp.reports.sources.expressions import BadExpression, Open, joined, segments, unknown
from bluelamp.reports.sources.functions import resource_id
from bluelamp.reports.sources.located import Located, Twice, fold, folded
from bluelamp.reports.sources.scopes import Scope, Template, level_of

DEPLOYMENT: Final = "microsoft.resources/deployments"
_DEEPEST: Final = 20
_MOST_NAMES: Final = 50
_NOT_THE_BODY: Final = frozenset({"resources", "copy", "condition", "scope"})


@dataclass(frozen=True)
class Declared:
    """One resource: its ARM type, the pieces of its name from the outermost on, its body with values computed.

    `on` is the id of what it extends, or of what its template is deployed to; `level` says which of these that is.
    `start` is where in the file it begins, `group` tells its resource group from others, `group_name` is the name of
    that group, None where the template does not say.
    """

    type: str
    names: tuple[Any, ...]
    body: Mapping[str, Any]
    on: Any
    level: str
    start: int
    group: str
    group_name: Any = None


@dataclass(frozen=True)
class Listener:
    """Who is told what cannot be read (where and why), and what is left out.

    `skipped` is told of each resource that is left out: where it begins, its type, its name, and why.
    """

    wrong: Callable[[int, str], None]
    left_out: Callable[[str], None]
    skipped: Callable[[int, str, str, str], None] = lambda *_: None


def declared(scope: Scope, listener: Listener, depth: int = 0) -> Iterator[Declared]:
    """Every resource that `scope`'s template declares, in its order."""
    for raw in _items(scope.template.resources):
        yield from _resource(raw, scope, listener, depth, None)


def _items(resources: Any) -> list[Any]:
    """The resources of a template or of a resource: a list, or (language version 2) an object of symbolic names."""
    if isinstance(resources, Mapping):
        return list(resources.values())
    return resources if isinstance(resources, list) else [] if resources is None else [resources]


def _resource(raw: Any, scope: Scope, listener: Listener, depth: int, parent: Declared | None) -> Iterator[Declared]:
    try:
        said = folded(raw)
        if not isinstance(raw, Located) or not isinstance(said.get("type"), str):
            listener.wrong(getattr(raw, "start", 0), "a resource is an object with a type")
            return
        if said.get("existing") is True:
            why = "it exists already, and is only read"
            listener.skipped(raw.start, str(said["type"]), str(said.get("name", "")), why)
            return
        turns = [scope]
        if isinstance(said.get("copy"), Mapping):
            loop = folded(said["copy"])
            counted = scope.turns(loop)
            turns = [scope.within(str(loop.get("name", "")), unknown("copyIndex"))] if counted is None else counted
        for turn in turns:
            yield from _turn(raw, said, turn, listener, depth, parent)
    except Twice as error:
        listener.wrong(error.start if error.start >= 0 else getattr(raw, "start", 0), str(error))
    except BadExpression as error:
        listener.wrong(getattr(raw, "start", 0), f"an expression cannot be read: {error}")
    except RecursionError:
        listener.wrong(getattr(raw, "start", 0), "values are nested too deep")


def _turn(
    raw: Located, said: Mapping[str, Any], scope: Scope, listener: Listener, depth: int, parent: Declared | None
) -> Iterator[Declared]:
    """The resource in one turn of its loop; `said` is `raw` by folded names."""
    if scope.value(said.get("condition", True)) is False:
        return
    type_, names = str(said["type"]), tuple(segments(scope.value(said.get("name", ""))))
    if parent:
        type_, names = f"{parent.type}/{type_}", (*parent.names, *names)
    if len(names) > _MOST_NAMES:
        raise BadExpression(f"the name of a resource has more than {_MOST_NAMES} parts")
    if fold(type_) == DEPLOYMENT:
        yield from _nested(raw, said, scope, listener, depth)
        return
    on, level = scope.place, scope.level
    if "/providers/" in fold(type_):  # an extension in the old spelling: what the resource is on comes first
        at = fold(type_).index("/providers/")
        holder, rest = type_[:at], type_[at + len("/providers/") :]
        length = holder.count("/")
        on, level = resource_id(scope.place, [holder, *names[:length]]), "resource"
        type_, names = f"{names[length] if length < len(names) else ''}/{rest}", names[length + 1 :]
    elif "scope" in said:
        on, level = _whole(scope.value(said["scope"]), scope), "resource"
    body = scope.value(
        Located(((key, value) for key, value in raw.items() if fold(key) not in _NOT_THE_BODY), start=raw.start)
    )
    made = Declared(type_, names, body, on, level, raw.start, scope.group, scope.group_name)
    yield made
    for child in _items(said.get("resources")):
        yield from _resource(child, scope, listener, depth, made)


def _whole(on: Any, scope: Scope) -> Any:
    """The id that a resource's `scope` says, which may leave out where the template is deployed."""
    first = on.parts[0] if isinstance(on, Open) else on
    if isinstance(first, str) and not first.startswith("/"):
        return joined(scope.place, "/providers/", on)
    return on


def _nested(raw: Located, said: Mapping[str, Any], scope: Scope, listener: Listener, depth: int) -> Iterator[Declared]:
    properties = folded(said.get("properties"))
    template = properties.get("template")
    if not isinstance(template, Mapping):
        listener.left_out("the template that a deployment links to")
        name = str(folded(raw).get("name", ""))
        listener.skipped(raw.start, DEPLOYMENT, name, "its template is linked, not included")
        return
    if depth >= _DEEPEST:
        listener.wrong(raw.start, f"templates are nested deeper than {_DEEPEST}")
        return
    inner_template = Template.of(template)
    moved = [scope.value(said[key]) for key in ("subscriptionid", "resourcegroup") if key in said]
    group = "/".join((scope.group, *map(str, moved)))
    group_name = moved[-1] if "resourcegroup" in said else scope.group_name
    level = "group" if "resourcegroup" in said else level_of(template) or scope.level
    if _is_inner(properties.get("expressionevaluationoptions"), scope):
        given = _all_given(properties.get("parameters"), inner_template, scope)
        inner = Scope(inner_template, given, level, group, group_name, {}, scope.turns_left, scope.budget)
    else:  # the inner template sees what the outer one does
        outer = scope.template
        seen = replace(outer, resources=inner_template.resources)
        inner = Scope(seen, scope.given, level, group, group_name, scope.loops, scope.turns_left, scope.budget)
    yield from declared(inner, listener, depth + 1)


def _is_inner(said: Any, scope: Scope) -> bool:
    """Whether the expressions of an inner template see only what is passed to it. Raises `BadExpression`."""
    options = scope.value(said)
    where = options if isinstance(options, Open) else folded(options).get("scope", "")
    if isinstance(where, Open):
        raise BadExpression("expressionEvaluationOptions must not depend on the deployment")
    return str(where).lower() == "inner"


def _all_given(said: Any, template: Template, scope: Scope) -> dict[str, Any]:
    """The parameters that are passed on, by folded names; all of them are open where it is not known which are."""
    if isinstance(said, Mapping):
        return {key: _given(scope, value) for key, value in folded(said).items()}
    passed = scope.value(said)
    if isinstance(passed, Mapping):  # its expressions are computed already
        return {key: folded(value).get("value", unknown(f"parameters({key})")) for key, value in folded(passed).items()}
    return {} if passed is None else {key: unknown(f"parameters({key})") for key in template.parameters}


def _given(scope: Scope, said: Any) -> Any:
    """The value of a parameter that is passed on; a secret from a vault is open."""
    parts = folded(said if isinstance(said, Mapping) else scope.value(said))
    if "value" in parts:
        return scope.value(parts["value"]) if isinstance(said, Mapping) else parts["value"]
    return unknown("a parameter from a vault")
