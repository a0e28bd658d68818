"""Evaluates the subset of Azure Policy's rule language that Bluelamp's definitions use.

    broken = evaluate(definition, resource)

A resource has the form of Azure Resource Manager: `type`, `name`, `location`, `tags`, `properties` and so on. Missing
fields, comparisons and arrays follow Microsoft's "Azure Policy definition structure policy rule" and "Author policies
for array properties": text is compared without case; every member of an array must meet a condition; `count` evaluates
one member at a time; ordering values of different types is an error.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final

_PARAMETER: Final = re.compile(r"\[parameters\('([^']+)'\)\]")
_PLAIN: Final = frozenset({"type", "name", "kind", "location", "id", "identity.type", "tags"})
_ALL: Final = "[*]"


class PolicyError(ValueError):
    """The rule is not valid in the supported language, or compares incomparable values."""


def evaluate(
    definition: Mapping[str, Any],
    resource: Mapping[str, Any],
    paths: Mapping[str, str],
    parameters: Mapping[str, Any] | None = None,
) -> bool:
    """Whether the effect of `definition` applies to `resource`.

    `paths` has the path of each alias in the resource; `parameters` are those of the assignment. Raises `PolicyError`.
    """
    properties = definition["properties"]
    defaults = {name: each["defaultValue"] for name, each in properties["parameters"].items() if "defaultValue" in each}
    scope = _Scope(resource, paths, {**defaults, **(parameters or {})})
    return scope.holds(properties["policyRule"]["if"])


@dataclass(frozen=True)
class _Scope:
    """The scope of conditions; `members` has the current member of each array inside a `count`."""

    resource: Mapping[str, Any]
    paths: Mapping[str, str]
    parameters: Mapping[str, Any]
    members: Mapping[str, Any] = field(default_factory=dict)

    def holds(self, condition: Mapping[str, Any]) -> bool:
        if "allOf" in condition:
            return all(self.holds(each) for each in condition["allOf"])
        if "anyOf" in condition:
            return any(self.holds(each) for each in condition["anyOf"])
        if "not" in condition:
            return not self.holds(condition["not"])
        ((operator, operand),) = [
            (name, value) for name, value in condition.items() if name not in ("field", "value", "count")
        ]
        if operator not in _OPERATORS:
            raise PolicyError(f"there is no condition {operator!r}")
        operand = self._resolved(operand)
        if "count" in condition:
            return _OPERATORS[operator](self._count(condition["count"]), operand)
        if "value" in condition:
            return _OPERATORS[operator](self._resolved(condition["value"]), operand)
        return all(_OPERATORS[operator](value, operand) for value in self._values(condition["field"]))

    def _count(self, count: Mapping[str, Any]) -> int:
        where = count.get("where")
        if "value" in count:
            raise PolicyError("count of values is not supported")
        members = self._values(count["field"])
        if where is None:
            return len(members)
        return sum(
            _Scope(self.resource, self.paths, self.parameters, {**self.members, count["field"]: member}).holds(where)
            for member in members
        )

    def _values(self, name: str) -> list[Any]:
        """The values that a field selects: one, which may be None, or those of all members of an array."""
        for array, member in sorted(self.members.items(), key=lambda each: -len(each[0])):
            if name.startswith(array):
                return _selected(member, self._path(name)[len(self._path(array)) :].lstrip("."))
        return _selected(self.resource, self._path(name))

    def _path(self, name: str) -> str:
        if name in _PLAIN or name.startswith("tags"):
            return re.sub(r"^tags\[?'?([^'\]]+)'?\]?$", r"tags.\1", name) if name != "tags" else name
        if name in self.paths:
            return self.paths[name]
        raise PolicyError(f"there is no alias {name!r}")

    def _resolved(self, value: Any) -> Any:
        found = _PARAMETER.fullmatch(value) if isinstance(value, str) else None
        if found:
            if found[1] not in self.parameters:
                raise PolicyError(f"the parameter {found[1]!r} has no value")
            return self.parameters[found[1]]
        if isinstance(value, str) and value.startswith("[") and not value.startswith("[["):
            raise PolicyError(f"the function in {value!r} is not supported")
        return value


def _selected(start: Any, path: str) -> list[Any]:
    values = [start]
    for step in filter(None, re.split(r"\.(?![^\[]*\])", path)):
        key = step.removesuffix(_ALL)
        values = [_get(value, key) if key else value for value in values]
        if step.endswith(_ALL):
            values = [item for value in values if isinstance(value, list) for item in value]
    return values


def _get(value: Any, key: str) -> Any:
    if not isinstance(value, Mapping):
        return None
    return next((item for name, item in value.items() if name.lower() == key.lower()), None)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).casefold() if value is not None else ""


def _equals(value: Any, operand: Any) -> bool:
    return value is not None and not isinstance(value, (list, Mapping)) and _text(value) == _text(operand)


def _in(value: Any, operand: Any) -> bool:
    if not isinstance(operand, (list, tuple)):
        raise PolicyError(f"in compares with a list, not with {operand!r}")
    return any(_equals(value, each) for each in operand)


def _like(value: Any, operand: Any) -> bool:
    return value is not None and fnmatchcase(_text(value), _text(operand).replace("[", "[[]"))


def _contains(value: Any, operand: Any) -> bool:
    if isinstance(value, list):
        return any(_equals(each, operand) for each in value)
    return value is not None and _text(operand) in _text(value)


def _contains_key(value: Any, operand: Any) -> bool:
    return isinstance(value, Mapping) and any(_text(key) == _text(operand) for key in value)


def _exists(value: Any, operand: Any) -> bool:
    return (value is not None) == (_text(operand) == "true")


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compared(value: Any, operand: Any) -> bool:
        if isinstance(value, str) and isinstance(operand, str):
            return compare(value.casefold(), operand.casefold())
        numbers = all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in (value, operand))
        if not numbers:
            raise PolicyError(f"{value!r} and {operand!r} have no order")
        return compare(value, operand)

    return compared


def _opposite(condition: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda value, operand: not condition(value, operand)


_OPERATORS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "equals": _equals,
    "notEquals": _opposite(_equals),
    "in": _in,
    "notIn": _opposite(_in),
    "like": _like,
    "notLike": _opposite(_like),
    "contains": _contains,
    "notContains": _opposite(_contains),
    "containsKey": _contains_key,
    "notContainsKey": _opposite(_contains_key),
    "exists": _exists,
    "less": _ordered(lambda value, operand: value < operand),
    "lessOrEquals": _ordered(lambda value, operand: value <= operand),
    "greater": _ordered(lambda value, operand: value > operand),
    "greaterOrEquals": _ordered(lambda value, operand: value >= operand),
}
