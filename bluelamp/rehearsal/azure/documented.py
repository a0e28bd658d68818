"""Values outside the lists that the SDK documents: the members of its open enums, and lists in its descriptions.

Azure adds values over time, and ignores case in most of them, so such a value is doubtful and not wrong.
"""

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bluelamp.rehearsal.azure.data import facts
from bluelamp.rehearsal.azure.spelling import misspelt
from bluelamp.rehearsal.provider import Failure
from bluelamp.rehearsal.sdk.shapes import ObjectShape, PropertyShape, Shape
from bluelamp.rehearsal.sdk.words import did_you_mean, join_path, listing

_BEGIN = re.compile(
    r"\b(?:possible|allowed|valid|supported|accepted|permitted)\s+values\s*(?:are|include|:)\s*:?\s*", re.IGNORECASE
)
_QUOTED = r"(?:'[\w./ -]+'|\"[\w./ -]+\"|`[\w./ -]+`|\*\*[\w./ -]+?\*\*)"
_WORD = r"[A-Za-z][\w/-]*(?:\.\w[\w/-]*)*"
_BETWEEN = r"(?:\s*,?\s+(?:and|or)\s+|\s*,\s*)"
_END = r"\s*(?=\.(?:\s|$)|\n|$)"
_LISTS = tuple(re.compile(f"{one}(?:{_BETWEEN}{one})+{_END}") for one in (_QUOTED, _WORD))


@dataclass(frozen=True)
class Doubt:
    """A value outside the list that the SDK documents, and the warning about it."""

    value: str
    failure: Failure


def check_documented(token: str, shape: ObjectShape, values: Mapping[str, Any]) -> Iterator[Doubt]:
    """A doubt for each string in `values` that is in none of the lists that the SDK documents for its property.

    What is unknown or secret, what `check_spelling` refuses, and what `data/accepted.yaml` names gives none.
    """
    accepted = facts("accepted").get(token, {}).get("properties", {})
    for doubt in _object(shape, values, ""):
        step = re.sub(r"\[[^\]]*\]", "", doubt.failure.path).rpartition(".")[2]
        if step not in accepted or not re.fullmatch(accepted[step], doubt.value, re.IGNORECASE):
            yield doubt


def _object(shape: ObjectShape, values: Mapping[str, Any], path: str) -> Iterator[Doubt]:
    for name, value in values.items():
        known = shape.properties.get(name)
        if known is not None:
            yield from _check(known.shape, value, join_path(path, name), known)


def _check(shape: Shape, value: Any, path: str, known: PropertyShape) -> Iterator[Doubt]:
    if isinstance(value, str):
        allowed = (
            () if value.startswith("/") else _allowed(shape, known)
        )  # an id may stand for a word (`privateDNSZone`)
        if allowed and value.lower() not in {one.lower() for one in allowed} and not misspelt(value, list(allowed)):
            near = did_you_mean(value, allowed).replace("; did", ". Did")
            reason = f"'{value}' is not one of the values that the SDK documents: {listing(allowed)}{near or '.'}"
            yield Doubt(value, Failure(path, f"{reason} Check the spelling; Azure may accept newer values"))
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
    """The type of an object; of a union the member whose constants `value` has, None where that is not plain."""
    if shape.kind == "object":
        return shape.object
    objects = [one.object for one in shape.options if one.object is not None]
    for one in objects:
        if one.constants and all(value.get(name) == constant for name, constant in one.constants.items()):
            return one
    return objects[0] if len(objects) == 1 else None


@functools.cache
def listed(description: str) -> tuple[str, ...]:
    """The values that a description lists in full (`Possible values are: 'A', 'B'.`); empty where it lists none.

    Two values or more, all quoted or all bare words, and nothing but the list up to the end of the sentence: what is
    written in any other way (ranges, explanations, examples) is not read.

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
