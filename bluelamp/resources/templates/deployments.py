"""Deployments inside a template: the scope of their expressions, and the results of `reference` for them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from bluelamp.resources.located import Located, fold, folded
from bluelamp.resources.templates.expressions import Open, Pending, segments, unknown
from bluelamp.resources.templates.ids import name_key, resource_id, target
from bluelamp.resources.templates.parts import Template, level_of
from bluelamp.resources.templates.scopes import Scope

DEPLOYMENT: Final = "microsoft.resources/deployments"
_SYMBOL: Final = re.compile(r"(\w+)(?:\[([0-9]{1,4})\])?")
_FULL: Final = 3
"""The number of arguments of `reference` for the full resource instead of its properties."""
_PLACED: Final = frozenset({"scope", "subscriptionid", "resourcegroup"})
_Place = tuple[Any, Mapping[str, Any], Scope]
"""A resource as written, its members by folded name, and its scope."""


def items(resources: Any) -> list[Any]:
    """The resources of a template or of a resource: a list, or (language version 2) an object of symbolic names."""
    if isinstance(resources, Mapping):
        return list(resources.values())
    return resources if isinstance(resources, list) else [] if resources is None else [resources]


def inner(raw: Any, said: Mapping[str, Any], scope: Scope) -> Scope | None:
    """The scope of a deployment's template, with `said` being `raw` by folded names; None for a linked template.

    Raises `DuplicateName`.
    """
    key = ("inner", id(raw), tuple(scope.loops.items()))
    if key not in scope.kept:
        scope.kept[key] = _inner(said, scope)
    kept: Scope | None = scope.kept[key]
    return kept


def _inner(said: Mapping[str, Any], scope: Scope) -> Scope | None:
    properties = folded(said.get("properties"))
    template = properties.get("template")
    if not isinstance(template, Mapping):
        return None
    parts = Template.of(template)
    moved = [scope.value(said[key]) for key in ("subscriptionid", "resourcegroup") if key in said]
    group = "/".join((scope.group, *map(str, moved)))
    group_name = moved[-1] if "resourcegroup" in said else scope.group_name
    level = "group" if "resourcegroup" in said else level_of(template) or scope.level
    made = replace(scope, level=level, group=group, group_name=group_name, kept={}, _variables={}, _open=set())
    match _is_inner(properties.get("expressionevaluationoptions"), scope, parts):
        case True:
            given = _all_given(properties.get("parameters"), parts, scope)
            name = scope.value(said.get("name", ""))
            return replace(made, template=parts, given=given, loops={}, name=name, ambiguous=False, around=None)
        case False:  # the nested template has the outer one's scope
            return replace(made, template=_seen(scope.template, parts), around=scope.around or scope)
        case _:
            return replace(made, template=_seen(scope.template, parts), ambiguous=True, around=scope.around or scope)


def _seen(outer: Template, inside: Template) -> Template:
    """The resources and outputs of one template, with the parameters, variables and functions of another."""
    return replace(
        outer,
        resources=inside.resources,
        outputs=inside.outputs,
        symbols=inside.symbols,
        definitions={**outer.definitions, **inside.definitions},
        second=inside.second,
    )


def _is_inner(options: Any, scope: Scope, inside: Template) -> bool | None:
    """Whether a nested template's expressions have inner scope; None if unknown.

    Language version 2 has inner scope by default and refuses outer scope.
    """
    found = scope.value(options)
    where = found if isinstance(found, Open) else folded(found).get("scope", "")
    said = "" if isinstance(where, Open) else str(where).lower()
    if said == "inner":
        return True
    if isinstance(where, Open) or said not in {"", "outer", "notspecified"}:
        return None
    if scope.template.second:
        return True if said != "outer" else None
    return None if inside.second else False


def _all_given(said: Any, template: Template, scope: Scope) -> dict[str, Any]:
    """The passed parameters, by folded name; all are open if it is unknown which are passed."""
    if isinstance(said, Mapping):
        return {key: _given(scope, value) for key, value in folded(said).items()}
    passed = scope.value(said)
    if isinstance(passed, Mapping):  # its expressions are already evaluated
        return {key: folded(value).get("value", unknown(f"parameters({key})")) for key, value in folded(passed).items()}
    return {} if passed is None else {key: unknown(f"parameters({key})") for key in template.parameters}


def _given(scope: Scope, said: Any) -> Any:
    """The value of a passed parameter; a key vault secret is open."""
    parts = folded(said if isinstance(said, Mapping) else scope.value(said))
    if "value" in parts:
        return scope.value(parts["value"]) if isinstance(said, Mapping) else parts["value"]
    return unknown("a parameter from a vault")


def refer(scope: Scope, function: str, arguments: list[Any]) -> Any:
    """The result of `reference` and `resourceInfo` for a resource of the template of `scope`; None if unknown.

    For a deployment it has the outputs; for other resources the id, name and type, as only Azure knows the rest.
    """
    found = _found(scope, arguments[0])
    if found is None:
        return None
    raw, said, turn = found
    if fold(str(said.get("type", ""))) == DEPLOYMENT and said.get("existing") is not True:
        if turn.value(said.get("condition", True)) is False:
            return None
        inside = inner(raw, said, turn)
        return None if inside is None else _Outcome(inside)
    if function == "reference" and len(arguments) < _FULL:
        return None
    return _Resource(said, turn)


def _found(scope: Scope, asked: Any) -> _Place | None:
    """The referenced resource."""
    symbol = _SYMBOL.fullmatch(asked) if isinstance(asked, str) else None
    if symbol and fold(symbol[1]) in scope.template.symbols:
        raw = scope.template.symbols[fold(symbol[1])]
        said = _said(scope, raw)
        loop = said.get("copy")
        if (loop is None) != (symbol[2] is None):
            return None
        if loop is None:
            return raw, said, replace(scope, loops={})
        turns = _turns(scope, said)
        return (raw, said, turns[int(symbol[2])]) if int(symbol[2]) < len(turns) else None
    meant = target(asked)
    if meant is None and isinstance(asked, (str, Open)) and "/" not in str(asked):
        meant = DEPLOYMENT, (name_key(asked),)
    return None if meant is None or meant[0] != DEPLOYMENT else _deployments(scope).get(meant[1])


def _said(scope: Scope, raw: Any) -> dict[str, Any]:
    """A resource by folded names; always the same object, which identifies its scope."""
    key = ("said", id(raw))
    if key not in scope.kept:
        scope.kept[key] = folded(raw)
    made: dict[str, Any] = scope.kept[key]
    return made


def _turns(scope: Scope, said: Mapping[str, Any]) -> list[Scope]:
    key = ("turns", id(said))
    if key not in scope.kept:
        scope.kept[key] = replace(scope, loops={}).turns(folded(said["copy"]), of="resources") or []
    made: list[Scope] = scope.kept[key]
    return made


def _deployments(scope: Scope) -> dict[Any, _Place]:
    """The deployments of a template by their names."""
    if "deployments" not in scope.kept:
        scope.kept["deployments"] = {}  # for names that depend on a deployment's outputs
        scope.kept["deployments"] = dict(_named(scope))
    made: dict[Any, _Place] = scope.kept["deployments"]
    return made


def _named(scope: Scope) -> Iterator[tuple[Any, _Place]]:
    for raw in items(scope.template.resources):
        if not isinstance(raw, Located) or not any(fold(str(each)) == DEPLOYMENT for each in raw.values() if each):
            continue
        said = _said(scope, raw)
        turns = [replace(scope, loops={})] if "copy" not in said else _turns(scope, said)
        for turn in turns:
            yield tuple(map(name_key, segments(turn.value(said.get("name", ""))))), (raw, said, turn)


class _Outcome(Pending):
    """The result of `reference` for a deployment."""

    def __init__(self, inside: Scope) -> None:
        self._inside = inside

    def get(self, key: str) -> Any:
        """The member `key`."""
        if fold(key) == "properties":
            return self
        return _Outputs(self._inside) if fold(key) == "outputs" else unknown(f"{self}.{key}")

    def __str__(self) -> str:
        return f"reference(deployment {self._inside.name} {self._inside.group})"


class _Outputs(_Outcome):
    """The outputs of a deployment."""

    def get(self, key: str) -> Any:
        """The output `key`."""
        return {"value": self._inside.output(key), "type": unknown(f"{self}.{key}.type")}

    def __str__(self) -> str:
        return f"{super().__str__()}.outputs"


class _Resource(Pending):
    """The properties of a resource that are known before deployment."""

    def __init__(self, said: Mapping[str, Any], scope: Scope) -> None:
        self._said = said
        self._scope = scope

    def get(self, key: str) -> Any:
        """The member `key`."""
        type_, name = self._said.get("type"), self._scope.value(self._said.get("name", ""))
        if fold(key) == "name":
            return name
        if fold(key) == "type" and isinstance(type_, str):
            return type_
        if fold(key) == "id" and isinstance(type_, str) and not _PLACED & self._said.keys():
            return resource_id(self._scope.place, [type_, *segments(name)])
        return unknown(f"{self}.{key}")

    def __str__(self) -> str:
        return f"reference({self._said.get('type')} {self._said.get('name')} {self._scope.group})"
