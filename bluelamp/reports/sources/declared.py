"""The resources that a template declares: loops unrolled, conditions applied, children and inner templates read."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bluelamp.reports.sources.expressions import BadExpression, Open, joined, segments, unknown
from bluelamp.reports.sources.functions import resource_id
from bluelamp.reports.sources.located import Located
from bluelamp.reports.sources.scopes import Scope, level_of, mapping

DEPLOYMENT: Final = "microsoft.resources/deployments"
_DEEPEST: Final = 20


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
    for raw in _items(scope.template.get("resources")):
        yield from _resource(raw, scope, listener, depth, None)


def _items(resources: Any) -> list[Any]:
    """The resources of a template or of a resource: a list, or (language version 2) an object of symbolic names."""
    if isinstance(resources, Mapping):
        return list(resources.values())
    return resources if isinstance(resources, list) else [] if resources is None else [resources]


def _resource(raw: Any, scope: Scope, listener: Listener, depth: int, parent: Declared | None) -> Iterator[Declared]:
    if not isinstance(raw, Located) or not isinstance(raw.get("type"), str):
        listener.wrong(getattr(raw, "start", 0), "a resource is an object with a type")
        return
    if raw.get("existing") is True:
        listener.skipped(raw.start, str(raw["type"]), str(raw.get("name", "")), "it exists already, and is only read")
        return
    loop = raw.get("copy")
    turns = [scope]
    try:
        if isinstance(loop, Mapping):
            counted = scope.turns(loop)
            turns = [scope.within(str(loop.get("name", "")), unknown("copyIndex"))] if counted is None else counted
        for turn in turns:
            yield from _turn(raw, turn, listener, depth, parent)
    except BadExpression as error:
        listener.wrong(raw.start, f"an expression cannot be read: {error}")


def _turn(raw: Located, scope: Scope, listener: Listener, depth: int, parent: Declared | None) -> Iterator[Declared]:
    if scope.value(raw.get("condition", True)) is False:
        return
    type_, names = str(raw["type"]), tuple(segments(scope.value(raw.get("name", ""))))
    if parent:
        type_, names = f"{parent.type}/{type_}", (*parent.names, *names)
    if type_.lower() == DEPLOYMENT:
        yield from _nested(raw, scope, listener, depth)
        return
    on, level = scope.place, scope.level
    if "/providers/" in type_:  # an extension in the old spelling: kinds and names of the resource it is on come first
        holder, _, rest = type_.partition("/providers/")
        length = holder.count("/")
        on, level = resource_id(scope.place, [holder, *names[:length]]), "resource"
        type_, names = f"{names[length] if length < len(names) else ''}/{rest}", names[length + 1 :]
    elif "scope" in raw:
        on, level = _whole(scope.value(raw["scope"]), scope), "resource"
    body = {
        key: scope.value(value) for key, value in raw.items() if key not in ("resources", "copy", "condition", "scope")
    }
    made = Declared(type_, names, body, on, level, raw.start, scope.group, scope.group_name)
    yield made
    for child in _items(raw.get("resources")):
        yield from _resource(child, scope, listener, depth, made)


def _whole(on: Any, scope: Scope) -> Any:
    """The id that a resource's `scope` says, which may leave out where the template is deployed."""
    first = on.parts[0] if isinstance(on, Open) else on
    if isinstance(first, str) and not first.startswith("/"):
        return joined(scope.place, "/providers/", on)
    return on


def _nested(raw: Located, scope: Scope, listener: Listener, depth: int) -> Iterator[Declared]:
    said = mapping(raw.get("properties"))
    template = said.get("template")
    if not isinstance(template, Mapping):
        listener.left_out("the template that a deployment links to")
        listener.skipped(raw.start, str(raw["type"]), str(raw.get("name", "")), "its template is linked, not included")
        return
    if depth >= _DEEPEST:
        listener.wrong(raw.start, f"templates are nested deeper than {_DEEPEST}")
        return
    moved = [scope.value(raw[key]) for key in ("subscriptionId", "resourceGroup") if key in raw]
    group = "/".join((scope.group, *map(str, moved)))
    group_name = moved[-1] if "resourceGroup" in raw else scope.group_name
    level = "group" if "resourceGroup" in raw else level_of(template) or scope.level
    if str(mapping(said.get("expressionEvaluationOptions")).get("scope", "")).lower() == "inner":
        given = {key: _given(scope, value) for key, value in mapping(said.get("parameters")).items()}
        inner = Scope(template, given, level, group, group_name, {}, scope.turns_left)
    else:  # the inner template sees what the outer one does
        outer = {
            **template,
            "parameters": scope.template.get("parameters"),
            "variables": scope.template.get("variables"),
        }
        inner = Scope(outer, scope.given, level, group, group_name, scope.loops, scope.turns_left)
    yield from declared(inner, listener, depth + 1)


def _given(scope: Scope, said: Any) -> Any:
    """The value of a parameter that is passed on; a secret from a vault is open."""
    if isinstance(said, Mapping) and "value" in said:
        return scope.value(said["value"])
    return unknown("a parameter from a vault")
