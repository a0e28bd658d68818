"""Values that the SDK does not document, neither as members of its open enums nor in its property descriptions.

Such a value is a warning, not an error, as Azure adds values over time. Case is ignored, as Azure mostly does.
"""

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bluelamp.rehearsal.azure.data import facts
from bluelamp.rehearsal.azure.spelling import misspelt
from bluelamp.rehearsal.provider import Failure
from bluelamp.rehearsal.sdk.messages import did_you_mean, join_path, listing
from bluelamp.rehearsal.sdk.shapes import ObjectShape, PropertyShape, Shape

_BEGIN = re.compile(
    r"\b(?:possible|allowed|valid|supported|accepted|permitted)\s+values\s*(?:are|include|:)\s*:?\s*", re.IGNORECASE
)
_QUOTED = r"(?:'[\w./ -]+'|\"[\w./ -]+\"|`[\w./ -]+`|\*\*[\w./ -]+?\*\*)"
_WORD = r"[A-Za-z][\w/-]*(?:\.\w[\w/-]*)*"
_BETWEEN = r"(?:\s*,?\s+(?:and|or)\s+|\s*,\s*)"
_END = r"\s*(?=\.(?:\s|$)|\n|$)"
_LISTS = tuple(re.compile(f"{one}(?:{_BETWEEN}{one})+{_END}") for one in (_QUOTED, _WORD))


@dataclass(frozen=True)
class UndocumentedValue:
    """A value that the SDK does not document, and the warning about it."""

    value: str
    failure: Failure


def check_documented(token: str, shape: ObjectShape, values: Mapping[str, Any]) -> Iterator[UndocumentedValue]:
    """The strings in `values` that the SDK does not document for their properties.

    Unknown values, secrets, misspellings (`check_spelling`) and the values in `data/accepted.yaml` are left out.
    """
    accepted = facts("accepted").get(token, {}).get("properties", {})
    for undocumented in _object(shape, values, ""):
        step = re.sub(r"\[[^\]]*\]", "", undocumented.failure.path).rpartition(".")[2]
        if step not in accepted or not re.fullmatch(accepted[step], undocumented.value, re.IGNORECASE):
            yield undocumented


def _object(shape: ObjectShape, values: Mapping[str, Any], path: str) -> Iterator[UndocumentedValue]:
    for name, value in values.items():
        known = shape.properties.get(name)
        if known is not None:
            yield from _check(known.shape, value, join_path(path, name), known)


def _check(shape: Shape, value: Any, path: str, known: PropertyShape) -> Iterator[UndocumentedValue]:
    if isinstance(value, str):
        # A resource id is allowed in the place of some enum values (`privateDNSZone`).
        allowed = () if value.startswith("/") else _allowed(shape, known)
        if allowed and value.lower() not in {one.lower() for one in allowed} and not misspelt(value, list(allowed)):
            near = did_you_mean(value, allowed).replace("; did", ". Did")
            reason = f"'{value}' is not one of the values that the SDK documents: {listing(allowed)}{near or '.'}"
            yield UndocumentedValue(value, Failure(path, f"{reason} Check the spelling; Azure may accept newer values"))
    elif shape.kind == "array" and shape.item is not None and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _check(shape.item, item, join_path(path, index), known)
    elif shape.kind == "map" and shape.item is not None and isinstance(value, Mapping):
        for key, item in value.items():
            if isinstance(item, Mapping):
                yield from _check(shape.item, item, join_path(path, key), known)
    elif isinstance(value, Mapping):
        inside = _inside(shape, value)
        if inside is not None:
            yield from _object(inside, value, path)


def _allowed(shape: Shape, known: PropertyShape) -> Sequence[str]:
    if shape.kind == "enum":
        return [str(one) for one in shape.values] if shape.open else ()
    if shape.kind == "union" and any(one.kind == "string" for one in shape.options):
        return [str(value) for one in shape.options if one.kind == "enum" for value in one.values]
    return listed(known.description) if shape.kind == "string" else ()


def _inside(shape: Shape, value: Mapping[str, Any]) -> ObjectShape | None:
    """The type of an object; for a union the option whose constants match `value`, None if that is ambiguous."""
    if shape.kind == "object":
        return shape.object
    objects = [one.object for one in shape.options if one.object is not None]
    for one in objects:
        if one.constants and all(value.get(name) == constant for name, constant in one.constants.items()):
            return one
    return objects[0] if len(objects) == 1 else None


@functools.cache
def listed(description: str) -> tuple[str, ...]:
    """The values that a description lists (`Possible values are: 'A', 'B'.`); empty if it has no such list.

    A list has two or more values, all quoted or all bare words, and ends the sentence. Other forms (ranges,
    explanations, examples) are ignored.

    >>> listed("The kind. Possible values are: 'Static', 'Dynamic'.")
    ('Static', 'Dynamic')
    """
    begins = list(_BEGIN.finditer(description))
    if len(begins) != 1 or "delimiter" in description:
        return ()
    for pattern in _LISTS:
        found = pattern.match(description, begins[0].end())
        if found is not None:
            words = re.split(_BETWEEN, found[0].strip())
            return tuple(word.strip("'\"`* ") for word in words)
    return ()
