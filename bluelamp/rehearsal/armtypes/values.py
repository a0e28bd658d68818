"""Validates values against ARM's simple types: type, length, range, pattern and allowed values."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from bluelamp.rehearsal.armtypes.library import Type
from bluelamp.rehearsal.provider import Failure
from bluelamp.rehearsal.sdk.messages import did_you_mean, listing
from bluelamp.rehearsal.sdk.validate import found

_WANTED = {
    "StringType": "a string",
    "IntegerType": "an integer",
    "BooleanType": "a boolean",
    "ArrayType": "an array",
    "ObjectType": "an object",
    "DiscriminatedObjectType": "an object",
}


def simple(type_: Type, value: Any, path: str, *, hidden: bool = False) -> Iterator[Failure]:
    """The failures of `value` under a simple type. A `hidden` value is not in the messages."""
    kind = type_["$type"]
    if kind == "StringLiteralType":
        if value != type_["value"]:
            yield enum([type_["value"]], value, path, hidden=hidden)
    elif kind == "StringType" and isinstance(value, str):
        yield from _text(type_, value, path, hidden=hidden)
    elif kind == "IntegerType" and isinstance(value, (int, float)) and not isinstance(value, bool):
        yield from _number(type_, value, path, hidden=hidden)
    elif kind in _WANTED and not (kind == "BooleanType" and isinstance(value, bool)):
        yield Failure(path, f"expected {_WANTED[kind]}, found {found(value, hidden=hidden)}")


def length(type_: Type, value: Sequence[Any], path: str) -> Iterator[Failure]:
    """The failures of the number of items in an array."""
    least, most = type_.get("minLength"), type_.get("maxLength")
    if least is not None and len(value) < least:
        yield Failure(path, f"too few items ({len(value)}): at least {least} required")
    if most is not None and len(value) > most:
        yield Failure(path, f"too many items ({len(value)}): at most {most} allowed")


def enum(allowed: Sequence[str], value: Any, path: str, *, hidden: bool = False) -> Failure:
    """The failure of a value that is not one of `allowed`."""
    if not isinstance(value, str):
        return Failure(path, f"expected one of {listing(allowed)}, found {found(value, hidden=hidden)}")
    shown = "the secret value" if hidden else f"'{value}'"
    hint = "" if hidden else did_you_mean(value, allowed)
    return Failure(path, f"{shown} is not one of {listing(allowed)}{hint}")


def _text(type_: Type, value: str, path: str, *, hidden: bool) -> Iterator[Failure]:
    least, most, pattern = type_.get("minLength"), type_.get("maxLength"), type_.get("pattern")
    shown = "the secret value" if hidden else f"'{value}'"
    if least is not None and len(value) < least:
        yield Failure(path, f"{shown} is too short ({len(value)}): at least {least} characters required")
    if most is not None and len(value) > most:
        yield Failure(path, f"{shown} is too long ({len(value)}): at most {most} characters allowed")
    expression = _compiled(pattern) if pattern else None
    if expression is not None and not expression.search(value):
        yield Failure(path, f"{shown} does not match expression '{pattern}'")


def _number(type_: Type, value: float, path: str, *, hidden: bool) -> Iterator[Failure]:
    # ARM's definitions also declare fractional properties as integers, so only the range is checked.
    least, most = type_.get("minValue"), type_.get("maxValue")
    shown = "the secret value" if hidden else f"{value}"
    if least is not None and value < least:
        yield Failure(path, f"{shown} is too low: at least {least} required")
    if most is not None and value > most:
        yield Failure(path, f"{shown} is too high: at most {most} allowed")


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """The JavaScript pattern as a Python one; None, which means unchecked, if Python does not support it."""
    try:
        return re.compile(pattern, re.ASCII)
    except re.error:
        return None
