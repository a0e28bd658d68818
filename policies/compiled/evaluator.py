"""The rule language of Azure Policy, as far as definitions here and in the modules use it.

    broken = evaluate(definition, resource)

A resource is as Azure Resource Manager has it: `type`, `name`, `location`, `tags`, `properties` and so on. What is said
of missing fields, of comparing and of arrays follows Microsoft's "Azure Policy definition structure policy rule" and
"Author policies for array properties": text is compared without case; of an array every member has to meet a condition;
`count` looks at one member at a time; an order between things of different types is an error.
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
    """The rule says something that the language does not have, or compares what cannot be compared."""


def evaluate(
    definition: Mapping[str, Any],
    resource: Mapping[str, Any],
    paths: Mapping[str, str],
    parameters: Mapping[str, Any] | None = None,
) -> bool:
    """Whether the effect of `definition` falls on `resource`.

    `paths` says of each alias where in the resource its property stands. `parameters` are those of the assignment.
    Raises `PolicyError`.
    """
    said = definition["properties"]
    given = {name: each["defaultValue"] for name, each in said["parameters"].items() if "defaultValue" in each}
    scope = _Scope(resource, paths, {**given, **(parameters or {})})
    return scope.holds(said["policyRule"]["if"])


@dataclass(frozen=True)
class _Scope:
    """What conditions are about; `members` is the one member of each array that a `count` looks at."""

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
        ((operator, asked),) = [
            (name, value) for name, value in condition.items() if name not in ("field", "value", "count")
        ]
        if operator not in _OPERATORS:
            raise PolicyError(f"there is no condition {operator!r}")
        asked = self._resolved(asked)
        if "count" in condition:
            return _OPERATORS[operator](self._count(condition["count"]), asked)
        if "value" in condition:
            return _OPERATORS[operator](self._resolved(condition["value"]), asked)
        return all(_OPERATORS[operator](value, asked) for value in self._values(condition["field"]))

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
        """The values that a field selects: one, perhaps None, or those of all the members of an array."""
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


def _equals(value: Any, asked: Any) -> bool:
    return value is not None and not isinstance(value, (list, Mapping)) and _text(value) == _text(asked)


def _in(value: Any, asked: Any) -> bool:
    if not isinstance(asked, (list, tuple)):
        raise PolicyError(f"in compares with a list, not with {asked!r}")
    return any(_equals(value, each) for each in asked)


def _like(value: Any, asked: Any) -> bool:
    return value is not None and fnmatchcase(_text(value), _text(asked).replace("[", "[[]"))


def _contains(value: Any, asked: Any) -> bool:
    if isinstance(value, list):
        return any(_equals(each, asked) for each in value)
    return value is not None and _text(asked) in _text(value)


def _contains_key(value: Any, asked: Any) -> bool:
    return isinstance(value, Mapping) and any(_text(key) == _text(asked) for key in value)


def _exists(value: Any, asked: Any) -> bool:
    return (value is not None) == (_text(asked) == "true")


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compared(value: Any, asked: Any) -> bool:
        if isinstance(value, str) and isinstance(asked, str):
            return compare(value.casefold(), asked.casefold())
        numbers = all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in (value, asked))
        if not numbers:
            raise PolicyError(f"{value!r} and {asked!r} have no order")
        return compare(value, asked)

    return compared


def _opposite(of: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda value, asked: not of(value, asked)


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
    "less": _ordered(lambda value, asked: value < asked),
    "lessOrEquals": _ordered(lambda value, asked: value <= asked),
    "greater": _ordered(lambda value, asked: value > asked),
    "greaterOrEquals": _ordered(lambda value, asked: value >= asked),
}
