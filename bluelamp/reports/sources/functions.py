"""The functions of ARM templates that can be computed without a deployment."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from bluelamp.reports.sources.expressions import LONGEST, BadExpression, Open, is_open, joined, segments, text, unknown

SUBSCRIPTION: Final = "/subscriptions/"
_FORMATTED: Final = 2
_MOST_NUMBERS: Final = 10_000
"""How many numbers ARM's `range` gives."""


def plain(name: str, arguments: list[Any], written: str) -> Any:
    """What the function `name` gives; open where it is not known here, or needs what is not known yet."""
    if name in _OF_TEXTS:
        return _OF_TEXTS[name](arguments)
    found = _FUNCTIONS.get(name)
    if found is None or any(map(is_open, arguments)):
        return _early(name, arguments, written)
    try:
        return found(*arguments)
    except BadExpression:
        raise
    except (TypeError, ValueError, IndexError, KeyError, AttributeError, ZeroDivisionError, OverflowError):
        return unknown(written)


def _early(name: str, arguments: list[Any], written: str) -> Any:
    """What is known of a function although some of its arguments are not."""
    first = arguments[0] if arguments else None
    settled = {"and": False, "or": True}.get(name)
    if settled is not None and settled in [each for each in arguments if isinstance(each, bool)]:
        return settled
    if name == "if" and isinstance(first, bool):
        return _if(*arguments)
    if name in _OF_CASE and isinstance(first, Open):
        return Open(tuple(_OF_CASE[name](part) if isinstance(part, str) else part for part in first.parts))
    if name in _OF_ANYTHING or (name == "union" and all(isinstance(each, Mapping) for each in arguments)):
        return _FUNCTIONS[name](*arguments)
    return unknown(written)


def _concat(arguments: list[Any]) -> Any:
    if arguments and all(isinstance(each, list) for each in arguments):
        if sum(map(len, arguments)) > LONGEST:
            raise BadExpression(f"it makes a list of more than {LONGEST:,} items")
        return [item for each in arguments for item in each]
    return joined(*arguments)


def _format(arguments: list[Any]) -> Any:
    pattern, *values = arguments or [""]
    if isinstance(pattern, Open):
        return unknown(f"format({pattern})")
    pieces: list[Any] = []
    rest = str(pattern).replace("{{", "\x00").replace("}}", "\x01")
    while "{" in rest:
        before, _, rest = rest.partition("{")
        number, _, rest = rest.partition("}")
        index, _, how = number.partition(":")
        if how or not index.strip().isdigit() or int(index) >= len(values):
            return unknown(f"format({pattern})")
        pieces += [before, values[int(index)]]
    whole = joined(*pieces, rest)
    if isinstance(whole, str):
        return whole.replace("\x00", "{").replace("\x01", "}")
    return whole


def _union(*values: Any) -> Any:
    if isinstance(values[0], list):
        return [item for index, item in enumerate(_flat(values)) if item not in _flat(values)[:index]]
    made: dict[str, Any] = {}
    for value in values:
        for key, item in value.items():
            both = isinstance(item, Mapping) and isinstance(made.get(key), Mapping)
            made[key] = _union(made[key], item) if both else item
    return made


def _flat(values: tuple[Any, ...]) -> list[Any]:
    return [item for value in values for item in value]


def _if(condition: Any, then: Any, otherwise: Any) -> Any:
    return then if condition else otherwise


def _equals(one: Any, other: Any) -> bool:
    return one.lower() == other.lower() if isinstance(one, str) and isinstance(other, str) else bool(one == other)


def _contains(holder: Any, item: Any) -> bool:
    if isinstance(holder, Mapping):
        return str(item).lower() in {str(key).lower() for key in holder}
    return item in holder


def _bool(value: Any) -> bool:
    return value.lower() in {"true", "1"} if isinstance(value, str) else bool(value)


def _create_object(*pairs: Any) -> dict[str, Any]:
    return dict(zip(map(str, pairs[::2]), pairs[1::2], strict=True))


def _split(value: str, signs: Any) -> list[str]:
    for sign in signs if isinstance(signs, list) else [signs]:
        value = value.replace(sign, "\x00")
    return value.split("\x00")


_OF_TEXTS: Final[Mapping[str, Callable[[list[Any]], Any]]] = {"concat": _concat, "format": _format}
_OF_CASE: Final[Mapping[str, Callable[[str], str]]] = {"tolower": str.lower, "toupper": str.upper, "string": str}
_OF_ANYTHING: Final = frozenset({"createobject", "createarray", "array"})
"""The functions that need not know what they are given."""

_FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "add": lambda one, other: one + other,
    "and": lambda *values: all(values),
    "array": lambda value: value if isinstance(value, list) else [value],
    "bool": _bool,
    "coalesce": lambda *values: next((each for each in values if each is not None), None),
    "contains": _contains,
    "createarray": lambda *values: list(values),
    "createobject": _create_object,
    "div": lambda one, other: int(one / other),
    "empty": lambda value: value is None or len(value) == 0,
    "endswith": lambda value, end: value.lower().endswith(end.lower()),
    "equals": _equals,
    "false": lambda: False,
    "first": lambda value: value[0] if value else "",
    "greater": lambda one, other: one > other,
    "greaterorequals": lambda one, other: one >= other,
    "if": _if,
    "int": int,
    "json": json.loads,
    "join": lambda values, sign: sign.join(map(text, values)),
    "last": lambda value: value[-1] if value else "",
    "length": len,
    "less": lambda one, other: one < other,
    "lessorequals": lambda one, other: one <= other,
    "max": lambda *values: max(values[0] if isinstance(values[0], list) else values),
    "min": lambda *values: min(values[0] if isinstance(values[0], list) else values),
    "mod": lambda one, other: one % other,
    "mul": lambda one, other: one * other,
    "not": lambda value: not value,
    "null": lambda: None,
    "or": lambda *values: any(values),
    "range": lambda start, count: list(range(start, start + min(count, _MOST_NUMBERS))),
    "replace": lambda value, old, new: value.replace(old, new),
    "skip": lambda value, count: value[count:],
    "split": _split,
    "startswith": lambda value, start: value.lower().startswith(start.lower()),
    "string": text,
    "sub": lambda one, other: one - other,
    "substring": lambda value, start, length=None: value[start : None if length is None else start + length],
    "take": lambda value, count: value[:count],
    "tolower": str.lower,
    "toupper": str.upper,
    "trim": str.strip,
    "true": lambda: True,
    "union": _union,
}


def resource_id(place: Any, arguments: list[Any]) -> Any:
    """The id that `resourceId` and its kin give: `place` is where the resource stands, the rest its type and names.

    What comes before the type says another subscription or group, which is not needed to tell the resource.
    """
    at = next((index for index, each in enumerate(arguments) if isinstance(each, str) and "/" in each), None)
    if at is None:
        return unknown(f"resourceId({', '.join(map(str, arguments))})")
    namespace, *kinds = arguments[at].split("/")
    names = arguments[at + 1 :]
    steps = [part for kind, name in zip(kinds, names, strict=False) for part in ("/", kind, "/", name)]
    return joined(place, "/providers/", namespace, *steps)


def target(identifier: Any) -> tuple[str, tuple[Any, ...]] | None:
    """Which resource an id means, as its ARM type in lower case and its names; None where it is no id."""
    pieces = segments(identifier)
    at = max((index for index, each in enumerate(pieces) if each == "providers"), default=-1)
    if at < 0 or len(pieces) < at + _FORMATTED:
        return None
    namespace, *rest = pieces[at + 1 :]
    kinds, names = rest[::2], rest[1::2]
    return "/".join(map(str, (namespace, *kinds))).lower(), tuple(name_key(name) for name in names)


def name_key(name: Any) -> Any:
    """A name as it is compared: without case where it is known."""
    return name.lower() if isinstance(name, str) else name
