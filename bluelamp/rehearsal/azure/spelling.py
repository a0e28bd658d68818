"""Misspelt values of the enums that the SDK leaves open.

Azure adds values to its enums over time, so the SDK lets any string through and Azure refuses the wrong one. A value
that is one slip of the finger away from a known one is taken for a misspelling; any other is taken for a new value.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bluelamp.rehearsal.provider import Failure
from bluelamp.rehearsal.sdk.shapes import ObjectShape, Shape
from bluelamp.rehearsal.sdk.words import join_path
from bluelamp.rehearsal.values import Secret

_SHORTEST = 4


def check_spelling(shape: ObjectShape, values: Mapping[str, Any], path: str = "") -> Iterator[Failure]:
    """A failure for each value that is nearly one of those that its type names."""
    for name, value in values.items():
        known = shape.properties.get(name)
        if known is not None:
            yield from _check(known.shape, value, join_path(path, name))


def _check(shape: Shape, value: Any, path: str) -> Iterator[Failure]:
    if isinstance(value, Secret):
        return
    if shape.kind == "enum" and shape.open and isinstance(value, str):
        near = misspelt(value, [str(one) for one in shape.values])
        if near:
            reason = f"InvalidRequestContent: '{value}' is not a known value of '{path}'; did you mean '{near}'?"
            yield Failure(path, reason)
    elif shape.kind == "array" and shape.item is not None and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _check(shape.item, item, join_path(path, index))
    elif shape.kind == "object" and shape.object is not None and isinstance(value, Mapping):
        yield from check_spelling(shape.object, value, path)


def misspelt(value: str, known: list[str]) -> str:
    """The known value that `value` is one slip away from; empty where it is right, or quite another word.

    Case does not count (Azure ignores it). A difference in digits (`TLS1_2`, `Standard_v3`) makes a new value, with or
    without a letter more (`Standard_D2s_v5` beside `Standard_D1_v2`).
    """
    lower = value.lower()
    if len(value) < _SHORTEST or lower in {one.lower() for one in known}:
        return ""
    letters = re.sub(r"\d", "", lower)
    for one in known:
        near = one.lower()
        if letters != re.sub(r"\d", "", near) and _one_slip(lower, near):
            return one
    return ""


def _one_slip(one: str, other: str) -> bool:
    """Whether one letter was added, lost or changed, or two neighbours changed places."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    a, b = one[start:], other[start:]
    if len(a) == len(b):
        return a[1:] == b[1:] or (len(a) > 1 and a[0] == b[1] and a[1] == b[0] and a[2:] == b[2:])
    longer, shorter = (a, b) if len(a) > len(b) else (b, a)
    return longer[1:] == shorter
