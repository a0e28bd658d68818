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
"""The number of arguments with which `reference` returns the full resource instead of its properties."""
_ELSEWHERE: Final = frozenset({"scope", "subscriptionid", "resourcegroup"})
_Match = tuple[Any, Mapping[str, Any], Scope]
"""A resource as written, its members by folded name, and its scope."""


def items(resources: Any) -> list[Any]:
    """The resources of a template or of a resource: a list, or (language version 2) an object of symbolic names."""
    if isinstance(resources, Mapping):
        return list(resources.values())
    return resources if isinstance(resources, list) else [] if resources is None else [resources]


def inner(raw: Any, members: Mapping[str, Any], scope: Scope) -> Scope | None:
    """The scope of a deployment's template; None for a linked template. `members` is `raw` by folded names.

    Raises `DuplicateName`.
    """
    key = ("inner", id(raw), tuple(scope.loops.items()))
    if key not in scope.cache:
        scope.cache[key] = _inner(members, scope)
    result: Scope | None = scope.cache[key]
    return result


def _inner(members: Mapping[str, Any], scope: Scope) -> Scope | None:
    properties = folded(members.get("properties"))
    template = properties.get("template")
    if not isinstance(template, Mapping):
        return None
    parts = Template.of(template)
    placement = [scope.value(members[key]) for key in ("subscriptionid", "resourcegroup") if key in members]
    group = "/".join((scope.group, *map(str, placement)))
    group_name = placement[-1] if "resourcegroup" in members else scope.group_name
    level = "group" if "resourcegroup" in members else level_of(template) or scope.level
    nested = replace(scope, level=level, group=group, group_name=group_name, cache={}, _variables={}, _open=set())
    match _is_inner(properties.get("expressionevaluationoptions"), scope, parts):
        case True:
            parameters = _all_given(properties.get("parameters"), parts, scope)
            name = scope.value(members.get("name", ""))
            return replace(
                nested,
                template=parts,
                given=parameters,
                loops={},
                name=name,
                ambiguous=False,
                expression_scope=None,
            )
        case found:  # outer scope, or unknown
            return replace(
                nested,
                template=_with_resources_of(scope.template, parts),
                ambiguous=scope.ambiguous or found is None,
                expression_scope=scope.expression_scope or scope,
            )


def _with_resources_of(outer: Template, inside: Template) -> Template:
    """`outer`, with the resources, outputs and symbols of `inside`."""
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

    In language version 2, inner scope is the default and outer scope is invalid.
    """
    found = scope.value(options)
    scope_option = found if isinstance(found, Open) else folded(found).get("scope", "")
    mode = "" if isinstance(scope_option, Open) else str(scope_option).lower()
    if mode == "inner":
        return True
    if isinstance(scope_option, Open) or mode not in {"", "outer", "notspecified"}:
        return None
    if scope.template.second:
        return True if mode != "outer" else None
    return None if inside.second else False


def _all_given(parameters: Any, template: Template, scope: Scope) -> dict[str, Any]:
    """The passed parameters, by folded name; all are open if the passed parameters are unknown."""
    if isinstance(parameters, Mapping):
        return {key: _given(scope, value) for key, value in folded(parameters).items()}
    passed = scope.value(parameters)
    if isinstance(passed, Mapping):  # its expressions are already evaluated
        return {key: folded(value).get("value", unknown(f"parameters({key})")) for key, value in folded(passed).items()}
    return {} if passed is None else {key: unknown(f"parameters({key})") for key in template.parameters}


def _given(scope: Scope, parameter: Any) -> Any:
    """The value of a passed parameter; a key vault secret is open."""
    parts = folded(parameter if isinstance(parameter, Mapping) else scope.value(parameter))
    if "value" in parts:
        return scope.value(parts["value"]) if isinstance(parameter, Mapping) else parts["value"]
    return unknown("a parameter from a vault")


def refer(scope: Scope, function: str, arguments: list[Any]) -> Any:
    """The result of `reference` and `resourceInfo` for a resource of the template of `scope`; None if unknown.

    For a deployment it has the outputs; for other resources the id, name and type, as only Azure knows the rest.
    """
    found = _found(scope, arguments[0])
    if found is None:
        return None
    raw, members, iteration = found
    if fold(str(members.get("type", ""))) == DEPLOYMENT and members.get("existing") is not True:
        if iteration.value(members.get("condition", True)) is False:
            return None
        inner_scope = inner(raw, members, iteration)
        return None if inner_scope is None else _DeploymentResult(inner_scope)
    if function == "reference" and len(arguments) < _FULL:
        return None
    return _Resource(members, iteration)


def _found(scope: Scope, reference: Any) -> _Match | None:
    """The referenced resource."""
    symbol = _SYMBOL.fullmatch(reference) if isinstance(reference, str) else None
    if symbol and fold(symbol[1]) in scope.template.symbols:
        raw = scope.template.symbols[fold(symbol[1])]
        members = _members_of(scope, raw)
        loop = members.get("copy")
        if (loop is None) != (symbol[2] is None):
            return None
        if loop is None:
            return raw, members, replace(scope, loops={})
        iterations = _iterations(scope, members)
        return (raw, members, iterations[int(symbol[2])]) if int(symbol[2]) < len(iterations) else None
    wanted = target(reference)
    if wanted is None and isinstance(reference, (str, Open)) and "/" not in str(reference):
        wanted = DEPLOYMENT, (name_key(reference),)
    return None if wanted is None or wanted[0] != DEPLOYMENT else _deployments(scope).get(wanted[1])


def _members_of(scope: Scope, raw: Any) -> dict[str, Any]:
    """A resource's members by folded name; cached, as the object's identity is part of other cache keys."""
    key = ("said", id(raw))
    if key not in scope.cache:
        scope.cache[key] = folded(raw)
    result: dict[str, Any] = scope.cache[key]
    return result


def _iterations(scope: Scope, members: Mapping[str, Any]) -> list[Scope]:
    key = ("turns", id(members))
    if key not in scope.cache:
        scope.cache[key] = replace(scope, loops={}).iterations(folded(members["copy"]), of="resources") or []
    result: list[Scope] = scope.cache[key]
    return result


def _deployments(scope: Scope) -> dict[Any, _Match]:
    """The deployments of a template by their names."""
    if "deployments" not in scope.cache:
        scope.cache["deployments"] = {}  # for names that depend on a deployment's outputs
        scope.cache["deployments"] = dict(_named(scope))
    result: dict[Any, _Match] = scope.cache["deployments"]
    return result


def _named(scope: Scope) -> Iterator[tuple[Any, _Match]]:
    for raw in items(scope.template.resources):
        if not isinstance(raw, Located) or not any(fold(str(each)) == DEPLOYMENT for each in raw.values() if each):
            continue
        members = _members_of(scope, raw)
        iterations = [replace(scope, loops={})] if "copy" not in members else _iterations(scope, members)
        for iteration in iterations:
            yield tuple(map(name_key, segments(iteration.value(members.get("name", ""))))), (raw, members, iteration)


class _DeploymentResult(Pending):
    """The result of `reference` for a deployment."""

    def __init__(self, inner_scope: Scope) -> None:
        self._inner_scope = inner_scope

    def get(self, key: str) -> Any:
        """The member `key`."""
        if fold(key) == "properties":
            return self
        return _DeploymentOutputs(self._inner_scope) if fold(key) == "outputs" else unknown(f"{self}.{key}")

    def __str__(self) -> str:
        return f"reference(deployment {self._inner_scope.name} {self._inner_scope.group})"


class _DeploymentOutputs(_DeploymentResult):
    """The outputs of a deployment."""

    def get(self, key: str) -> Any:
        """The output `key`."""
        return {"value": self._inner_scope.output(key), "type": unknown(f"{self}.{key}.type")}

    def __str__(self) -> str:
        return f"{super().__str__()}.outputs"


class _Resource(Pending):
    """The properties of a resource that are known before deployment."""

    def __init__(self, members: Mapping[str, Any], scope: Scope) -> None:
        self._members = members
        self._scope = scope

    def get(self, key: str) -> Any:
        """The member `key`."""
        type_, name = self._members.get("type"), self._scope.value(self._members.get("name", ""))
        if fold(key) == "name":
            return name
        if fold(key) == "type" and isinstance(type_, str):
            return type_
        if fold(key) == "id" and isinstance(type_, str) and not _ELSEWHERE & self._members.keys():
            return resource_id(self._scope.scope_id, [type_, *segments(name)])
        return unknown(f"{self}.{key}")

    def __str__(self) -> str:
        return f"reference({self._members.get('type')} {self._members.get('name')} {self._scope.group})"
