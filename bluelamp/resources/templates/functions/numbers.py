"""The functions of ARM templates for numbers, comparison and logic."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from bluelamp.resources.located import fold
from bluelamp.resources.templates.expressions import Open
from bluelamp.resources.templates.functions.signature import Function, Unsure, truth, whole

_WHOLE: Final = re.compile(r"\s*[+-]?[0-9]{1,19}\s*")
_FLOAT: Final = re.compile(r"\s*[+-]?[0-9]{1,15}(\.[0-9]{1,15})?\s*")
_ORDERED: Final = re.compile(r"[A-Za-z0-9]*")
_TRUTHS: Final = {"true": True, "false": False}


def equal(one: Any, other: Any) -> bool:
    """Whether two values are equal. Strings are case-sensitive, numbers are compared by value.

    Raises `Unsure` for objects whose names differ in case only, which the reference does not specify.
    """
    if isinstance(one, bool) and isinstance(other, bool):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        if one.keys() != other.keys():
            if {fold(str(key)) for key in one} == {fold(str(key)) for key in other}:
                raise Unsure
            return False
        return all(equal(item, other[key]) for key, item in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, float) or isinstance(other, float):
        raise Unsure
    if type(one) is not type(other) and str(one).lower() == str(other).lower():
        raise Unsure  # 1 and '1'
    return type(one) is type(other) and bool(one == other)


def order(one: Any, other: Any) -> int:
    """The order of two numbers or two strings: negative if the first is less.

    Strings are ordered as in .NET's invariant culture: by letter, then lower case before upper case. Raises `Unsure`
    for other types, and for strings with characters other than ASCII letters and digits.
    """
    if isinstance(one, str) and isinstance(other, str):
        if not _ORDERED.fullmatch(one) or not _ORDERED.fullmatch(other):
            raise Unsure
        small, small_other = one.lower(), other.lower()
        if small != small_other:
            return -1 if small < small_other else 1
        return (one.swapcase() > other.swapcase()) - (one.swapcase() < other.swapcase())
    return (whole(one) > whole(other)) - (whole(one) < whole(other))


def _compared(holds: Callable[[int], bool]) -> Function:
    return Function(lambda one, other: holds(order(one, other)), 2, 2)


def _of_numbers(compute: Callable[[int, int], int]) -> Function:
    return Function(lambda one, other: whole(compute(whole(one), whole(other))), 2, 2)


def _div(one: int, other: int) -> int:
    result = abs(one) // abs(other)
    return result if (one < 0) == (other < 0) else -result


def _decided_by(by: bool, arguments: list[Any]) -> Any:
    return by if any(each is by for each in arguments) else None


def _all(*values: Any) -> bool:
    return all(map(truth, values))


def _any(*values: Any) -> bool:
    return any(map(truth, values))


def _bool(value: Any) -> bool:
    if isinstance(value, str):
        return _TRUTHS[value.strip().lower()]
    return value if isinstance(value, bool) else bool((0, 1)[whole(value)])


def _int(value: Any) -> int:
    if isinstance(value, str):
        if not _WHOLE.fullmatch(value):
            raise Unsure
        value = int(value)
    return whole(value)


def _float(value: Any) -> float:
    if isinstance(value, str):
        if not _FLOAT.fullmatch(value):
            raise Unsure
        return float(value)
    return float(whole(value))


def _extreme(choose: Callable[[list[int]], int], *values: Any) -> int:
    listed = values[0] if len(values) == 1 and isinstance(values[0], list) else list(values)
    return choose([whole(each) for each in listed])


def _range(start: Any, count: Any) -> list[int]:
    if not 0 <= whole(count) <= _MOST_NUMBERS or whole(start) + count > _LARGEST:
        raise Unsure
    return list(range(start, start + count))


def _coalesced(arguments: list[Any]) -> Any:
    """The first value that is certainly not null, if none before it may be null."""
    first = next((each for each in arguments if each is not None), None)
    may_be_null = isinstance(first, Open) and not any(isinstance(part, str) for part in first.parts)
    return None if may_be_null else first


def _both(arguments: list[Any]) -> Any:
    """False if the known parts of an unknown value differ from the other value; else None."""
    if len(arguments) != 2:
        return None
    one, other = arguments
    if isinstance(other, Open):
        one, other = other, one
    if not isinstance(one, Open) or isinstance(other, Open):
        return None
    first, last = one.parts[0], one.parts[-1]
    if isinstance(other, str):
        differ = (isinstance(first, str) and not other.startswith(first)) or (
            isinstance(last, str) and not other.endswith(last)
        )
        return False if differ else None
    # A value with known text is a string.
    return False if any(isinstance(part, str) for part in one.parts) else None


_MOST_NUMBERS: Final = 10_000
_LARGEST: Final = 2_147_483_647

FUNCTIONS: Final[Mapping[str, Function]] = {
    "add": _of_numbers(lambda one, other: one + other),
    "and": Function(_all, 2, None, early=partial(_decided_by, False)),
    "bool": Function(_bool),
    "coalesce": Function(lambda *values: None, 1, None, early=_coalesced),
    "div": _of_numbers(_div),
    "equals": Function(equal, 2, 2, early=_both),
    "false": Function(lambda: False, 0, 0),
    "float": Function(_float),
    "greater": _compared(lambda found: found > 0),
    "greaterorequals": _compared(lambda found: found >= 0),
    "int": Function(_int),
    "less": _compared(lambda found: found < 0),
    "lessorequals": _compared(lambda found: found <= 0),
    "max": Function(partial(_extreme, max), 1, None),
    "min": Function(partial(_extreme, min), 1, None),
    "mod": _of_numbers(lambda one, other: one - other * _div(one, other)),
    "mul": _of_numbers(lambda one, other: one * other),
    "not": Function(lambda value: not truth(value)),
    "null": Function(lambda: None, 0, 0),
    "or": Function(_any, 2, None, early=partial(_decided_by, True)),
    "range": Function(_range, 2, 2),
    "sub": _of_numbers(lambda one, other: one - other),
    "true": Function(lambda: True, 0, 0),
    "xor": Function(lambda one, other: truth(one) is not truth(other), 2, 2),
}
"""The functions by their names in lower case."""
