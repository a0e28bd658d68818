"""Misspelt values of the SDK's open enums.

The SDK accepts any string for an open enum, as Azure adds values over time, and Azure then rejects a wrong one. A value
with an edit distance of one from a known value counts as a misspelling, any other as a new value.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bluelamp.rehearsal.provider import Failure
from bluelamp.rehearsal.sdk.messages import join_path
from bluelamp.rehearsal.sdk.shapes import ObjectShape, Shape
from bluelamp.rehearsal.values import Secret

_SHORTEST = 4


def check_spelling(shape: ObjectShape, values: Mapping[str, Any], path: str = "") -> Iterator[Failure]:
    """A failure for each misspelt value."""
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
    """The known value of which `value` is a misspelling; empty if there is none.

    Case is ignored, as in Azure. Values that also differ in digits are not misspellings (`TLS1_2`, `Standard_v3`;
    `Standard_D2s_v5` and `Standard_D1_v2`).
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
    """Whether the Damerau-Levenshtein distance is one."""
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
