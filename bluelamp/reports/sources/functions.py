"""The functions of ARM templates that can be computed without a deployment."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from bluelamp.reports.sources.expressions import LONGEST, BadExpression, Open, is_open, joined, segments, text, unknown
from bluelamp.reports.sources.located import is_whole

Written = Callable[[], str]
"""How a call is written, found out when it is needed: of long arguments it is long."""
SUBSCRIPTION: Final = "/subscriptions/"
_FORMATTED: Final = 2
_MOST_NUMBERS: Final = 10_000
"""How many numbers ARM's `range` gives."""
_PLACEHOLDER: Final = re.compile(r"\{\{|\}\}|\{\s*(?P<index>[0-9]+)\s*(?P<how>[:,][^}]*)?\}")
_DIGITS: Final = 6
_LARGEST: Final = 2**63


def plain(name: str, arguments: list[Any], written: Written) -> Any:
    """What the function `name` gives; open where it is not known here, or needs what is not known yet."""
    if name in _OF_TEXTS:
        return _OF_TEXTS[name](arguments)
    found = _FUNCTIONS.get(name)
    try:
        if found is None or any(map(is_open, arguments)):
            return _early(name, arguments, written)
        return found(*arguments)
    except BadExpression:
        raise
    except (TypeError, ValueError, IndexError, KeyError, AttributeError, ZeroDivisionError, OverflowError):
        return unknown(written())


def _early(name: str, arguments: list[Any], written: Written) -> Any:
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
    return unknown(written())


def _concat(arguments: list[Any]) -> Any:
    if arguments and all(isinstance(each, list) for each in arguments):
        if sum(map(len, arguments)) > LONGEST:
            raise BadExpression(f"it makes a list of more than {LONGEST:,} items")
        return [item for each in arguments for item in each]
    return joined(*arguments)


def _format(arguments: list[Any]) -> Any:
    pattern, *values = arguments or [""]
    if not isinstance(pattern, str):
        return unknown(f"format({pattern})")
    pieces: list[Any] = []
    at = 0
    for found in _PLACEHOLDER.finditer(str(pattern)):
        pieces.append(pattern[at : found.start()])
        at = found.end()
        if found["index"] is None:
            pieces.append(found[0][0])
        elif found["how"] or len(found["index"]) > _DIGITS or int(found["index"]) >= len(values):
            return unknown(f"format({pattern})")
        else:
            pieces.append(values[int(found["index"])])
    return joined(*pieces, pattern[at:])


def _union(*values: Any) -> Any:
    if isinstance(values[0], list):
        made: dict[str, Any] = {}
        for value in values:
            for item in value:
                made.setdefault(json.dumps(item, sort_keys=True), item)
        return list(made.values())
    merged: dict[str, Any] = {}
    for value in values:
        for key, item in value.items():
            both = isinstance(item, Mapping) and isinstance(merged.get(key), Mapping)
            merged[key] = _union(merged[key], item) if both else item
    return merged


def _if(condition: Any, then: Any, otherwise: Any) -> Any:
    return then if condition else otherwise


def _equals(one: Any, other: Any) -> bool:
    """Whether two values are equal. Raises ValueError for texts that differ in case only.

    ARM's reference does not say how those compare; a wrong guess would judge the wrong branch.
    """
    if isinstance(one, str) and isinstance(other, str) and one != other and one.casefold() == other.casefold():
        raise ValueError("equal but for case")
    return bool(one == other)


def _contains(holder: Any, item: Any) -> bool:
    if isinstance(holder, Mapping):
        return str(item).lower() in {str(key).lower() for key in holder}
    return item in holder


def _bool(value: Any) -> bool:
    return value.lower() in {"true", "1"} if isinstance(value, str) else bool(value)


def _create_object(*pairs: Any) -> dict[str, Any]:
    made = dict(zip(map(str, pairs[::2]), pairs[1::2], strict=True))
    if len(made) * 2 != len(pairs):
        raise BadExpression("it makes an object that has a key twice")
    return made


def _number(value: Any) -> int:
    """A whole number of 64 bits, as ARM has them. Raises TypeError for anything else."""
    if type(value) is not int or not -_LARGEST <= value < _LARGEST:
        raise TypeError(value)
    return value


def _of_numbers(compute: Callable[[int, int], int]) -> Callable[[Any, Any], int]:
    return lambda one, other: _number(compute(_number(one), _number(other)))


def _div(one: int, other: int) -> int:
    whole = abs(one) // abs(other)
    return whole if (one < 0) == (other < 0) else -whole


def _range(start: Any, count: Any) -> list[int]:
    if _number(count) > _MOST_NUMBERS:
        raise ValueError(count)
    return list(range(_number(start), start + count))


def _replace(value: str, old: str, new: str) -> str:
    _fits(len(value) + value.count(old) * (len(new) - len(old)))
    return value.replace(old, new)


def _join(values: Any, sign: str) -> str:
    texts = [text(each) for each in values]
    _fits(sum(map(len, texts)) + len(sign) * len(texts))
    return sign.join(texts)


def _fits(length: int) -> None:
    if length > LONGEST:
        raise BadExpression(f"it makes a text of more than {LONGEST:,} characters")


def _substring(value: str, start: Any, length: Any = None) -> str:
    end = len(value) if length is None else _number(start) + _number(length)
    if not 0 <= _number(start) <= end <= len(value):
        raise ValueError(start)
    return value[start:end]


def _json(written: str) -> Any:
    value = json.loads(written, object_pairs_hook=_object)
    if not is_whole(value):
        raise ValueError(written)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise BadExpression("it reads an object that has a key twice")
    return made


def _split(value: str, signs: Any) -> list[str]:
    for sign in signs if isinstance(signs, list) else [signs]:
        value = value.replace(sign, "\x00")
    return value.split("\x00")


_OF_TEXTS: Final[Mapping[str, Callable[[list[Any]], Any]]] = {"concat": _concat, "format": _format}
_OF_CASE: Final[Mapping[str, Callable[[str], str]]] = {"tolower": str.lower, "toupper": str.upper, "string": str}
_OF_ANYTHING: Final = frozenset({"createobject", "createarray", "array"})
"""The functions that need not know what they are given."""

_FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "add": _of_numbers(lambda one, other: one + other),
    "and": lambda *values: all(values),
    "array": lambda value: value if isinstance(value, list) else [value],
    "bool": _bool,
    "coalesce": lambda *values: next((each for each in values if each is not None), None),
    "contains": _contains,
    "createarray": lambda *values: list(values),
    "createobject": _create_object,
    "div": _of_numbers(_div),
    "empty": lambda value: value is None or len(value) == 0,
    "endswith": lambda value, end: value.lower().endswith(end.lower()),
    "equals": _equals,
    "false": lambda: False,
    "first": lambda value: value[0] if value else "",
    "greater": lambda one, other: one > other,
    "greaterorequals": lambda one, other: one >= other,
    "if": _if,
    "int": int,
    "json": _json,
    "join": _join,
    "last": lambda value: value[-1] if value else "",
    "length": len,
    "less": lambda one, other: one < other,
    "lessorequals": lambda one, other: one <= other,
    "max": lambda *values: max(values[0] if isinstance(values[0], list) else values),
    "min": lambda *values: min(values[0] if isinstance(values[0], list) else values),
    "mod": _of_numbers(lambda one, other: one - other * _div(one, other)),
    "mul": _of_numbers(lambda one, other: one * other),
    "not": lambda value: not value,
    "null": lambda: None,
    "or": lambda *values: any(values),
    "range": _range,
    "replace": _replace,
    "skip": lambda value, count: value[max(_number(count), 0) :],
    "split": _split,
    "startswith": lambda value, start: value.lower().startswith(start.lower()),
    "string": text,
    "sub": _of_numbers(lambda one, other: one - other),
    "substring": _substring,
    "take": lambda value, count: value[: max(_number(count), 0)],
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
    at = max(
        (index for index, each in enumerate(pieces) if isinstance(each, str) and each.lower() == "providers"),
        default=-1,
    )
    if at < 0 or len(pieces) < at + _FORMATTED:
        return None
    namespace, *rest = pieces[at + 1 :]
    kinds, names = rest[::2], rest[1::2]
    return "/".join(map(str, (namespace, *kinds))).lower(), tuple(name_key(name) for name in names)


def name_key(name: Any) -> Any:
    """A name as it is compared: without case where it is known."""
    if isinstance(name, Open):
        return Open(tuple(part.lower() if isinstance(part, str) else part for part in name.parts))
    return name.lower() if isinstance(name, str) else str(name)
