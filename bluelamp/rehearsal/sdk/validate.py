"""Validates property values against an SDK's types, with messages like those of Azure Resource Manager.

It is as strict as the real providers and services: strings and numbers are not interchangeable (azure-native rejects
both), and unknown properties are rejected. `UNKNOWN` is always valid and None counts as missing. Secrets are validated,
and their values are not in the messages.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bluelamp.rehearsal.provider import Failure
from bluelamp.rehearsal.sdk.messages import did_you_mean, join_path, listing
from bluelamp.rehearsal.sdk.shapes import ObjectShape, Shape
from bluelamp.rehearsal.values import UNKNOWN, Blob, Secret

_WANTED = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "a boolean",
    "asset": "an asset or archive",
    "array": "an array",
    "map": "an object",
    "object": "an object",
}
_TAKES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "asset": (Blob,),
    "array": (list, tuple),
    "map": (Mapping,),
    "object": (Mapping,),
}
_LONGEST = 60


def validate(shape: ObjectShape, values: Mapping[str, Any], *, path: str = "", coerce: bool = False) -> list[Failure]:
    """All failures of `values` as an object of `shape`.

    `path` is the object's path. With `coerce`, strings with a number or boolean are accepted, as in Pulumi providers
    built on Terraform's. Names that begin with two underscores are the engine's own.
    """
    return list(_object(shape, values, path, _Mode(coerce)))


class _Mode:
    __slots__ = ("coerce", "hidden")

    def __init__(self, coerce: bool = False, hidden: bool = False) -> None:
        self.coerce = coerce
        self.hidden = hidden


def _object(shape: ObjectShape, values: Mapping[str, Any], path: str, mode: _Mode) -> Iterator[Failure]:
    properties = shape.properties
    for name, value in values.items():
        known = properties.get(name)
        if known is None:
            if not name.startswith("__") and value is not None:
                hint = did_you_mean(name, properties)
                yield Failure(join_path(path, name), f"unknown property '{name}'{hint}")
        elif known.constant is not None and isinstance(value, str) and value != known.constant:
            yield Failure(join_path(path, name), f"the property '{name}' can only be '{known.constant}'")
        else:
            yield from _value(known.shape, value, path, name, mode)
    for name in shape.required:
        if values.get(name) is None:
            yield Failure(join_path(path, name), f"missing required property '{name}'")


def _value(shape: Shape, value: Any, path: str, name: str | int, mode: _Mode) -> Iterator[Failure]:
    kind = shape.kind
    if value is None or value is UNKNOWN or kind in ("any", "json"):
        return
    if type(value) is Secret:
        yield from _value(shape, value.value, path, name, _Mode(mode.coerce, hidden=True))
        return
    if kind == "enum":
        yield from _enum(shape, value, path, name, mode)
    elif kind == "union":
        yield from _union(shape, value, path, name, mode)
    elif not _fits(kind, value, mode.coerce):
        yield Failure(join_path(path, name), f"expected {_WANTED[kind]}, found {found(value, hidden=mode.hidden)}")
    elif kind == "array" and shape.item is not None:
        here = join_path(path, name)
        for index, item in enumerate(value):
            yield from _value(shape.item, item, here, index, mode)
    elif kind == "map" and shape.item is not None:
        here = join_path(path, name)
        for key, item in value.items():
            yield from _value(shape.item, item, here, key, mode)
    elif kind == "object" and shape.object is not None:
        yield from _object(shape.object, value, join_path(path, name), mode)


def _fits(kind: str, value: Any, coerce: bool) -> bool:
    if coerce and isinstance(value, str) and kind in ("integer", "number", "boolean"):
        return _spells(kind, value)
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    if isinstance(value, bool):
        return kind == "boolean" or (coerce and kind == "string")
    return isinstance(value, _TAKES[kind]) or (coerce and kind == "string" and isinstance(value, (int, float)))


def _spells(kind: str, text: str) -> bool:
    if kind == "boolean":
        return text in ("true", "false")
    try:
        number = float(text)
    except ValueError:
        return False
    return kind == "number" or number.is_integer()


def _enum(shape: Shape, value: Any, path: str, name: str | int, mode: _Mode) -> Iterator[Failure]:
    if value in shape.values or (shape.open and isinstance(value, str)):
        return
    here = join_path(path, name)
    if not shape.values or type(value) is not type(shape.values[0]):
        # An integer can arrive as a float, and an open enum allows only strings.
        if isinstance(value, (int, float)) and not isinstance(value, bool) and float(value) in shape.values:
            return
        wanted = "a string" if shape.open else f"one of {listing(shape.values)}"
        yield Failure(here, f"expected {wanted}, found {found(value, hidden=mode.hidden)}")
        return
    shown = "the secret value" if mode.hidden else f"'{value}'"
    hint = "" if mode.hidden else did_you_mean(str(value), [str(one) for one in shape.values])
    yield Failure(here, f"{shown} is not one of {listing(shape.values)}{hint}")


def _union(shape: Shape, value: Any, path: str, name: str | int, mode: _Mode) -> Iterator[Failure]:
    options = list(shape.options)
    if isinstance(value, Mapping):
        objects = [one.object for one in options if one.object is not None]
        tag = discriminator(objects)
        if tag and len(objects) == len(options):
            yield from _tagged(tag, objects, value, join_path(path, name), mode)
            return
    best: list[Failure] | None = None
    for option in options:
        failures = list(_value(option, value, path, name, mode))
        if not failures:
            return
        if best is None or (option.kind in ("object", "array") and len(failures) < len(best)):
            best = failures
    if not isinstance(value, (Mapping, list)):
        kinds = listing(dict.fromkeys(_WANTED.get(one.kind, one.kind) for one in options), "or")
        yield Failure(join_path(path, name), f"expected {kinds}, found {found(value, hidden=mode.hidden)}")
        return
    yield from best or ()


def discriminator(objects: list[ObjectShape]) -> str:
    """The property whose constant discriminates `objects`; empty if there is none."""
    if not objects:
        return ""
    for name in objects[0].constants:
        seen = [one.constants.get(name) for one in objects]
        if None not in seen and len(set(seen)) == len(seen):
            return name
    return ""


def _tagged(
    tag: str, objects: list[ObjectShape], value: Mapping[str, Any], path: str, mode: _Mode
) -> Iterator[Failure]:
    given = value.get(tag)
    given = given.value if isinstance(given, Secret) else given
    if given is UNKNOWN:
        return
    allowed = [one.constants[tag] for one in objects]
    if given in allowed:
        yield from _object(objects[allowed.index(given)], value, path, mode)
        return
    here = join_path(path, tag)
    if given is None:
        yield Failure(here, f"missing required property '{tag}': one of {listing(allowed)}")
    elif isinstance(given, str):
        yield Failure(here, f"'{given}' is not one of {listing(allowed)}{did_you_mean(given, allowed)}")
    else:
        yield Failure(here, f"expected one of {listing(allowed)}, found {found(given, hidden=mode.hidden)}")


def found(value: Any, *, hidden: bool = False) -> str:
    """A description of a value for messages; a `hidden` one by its type only."""
    if isinstance(value, str):
        return "a secret string" if hidden else f"the string {json.dumps(_short(value), ensure_ascii=False)}"
    if isinstance(value, bool):
        return "a secret boolean" if hidden else f"the boolean {str(value).lower()}"
    if isinstance(value, (int, float)):
        return "a secret number" if hidden else f"the number {value}"
    if isinstance(value, Blob):
        return "an asset or archive"
    return "an array" if isinstance(value, (list, tuple)) else "an object"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
