"""Sample values such as a service would return, generated from the type and the name of a property."""

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from bluelamp.rehearsal.sdk.shapes import ObjectShape, Shape

_DEEPEST = 4
_ENDINGS = {
    "id": ("id", "uuid", "guid"),
    "url": ("url", "uri", "endpoint"),
    "host": ("fqdn", "host", "hostname", "domain"),
    "time": ("time", "date", "at", "timestamp"),
    "name": ("name",),
    "key": ("password", "secret", "key", "token"),
}
"""Kinds of strings by the last word of the property's name."""


def identifier(random: Random) -> str:
    """A UUID."""
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


def moment(*, hours: float = 0) -> str:
    """The time in `hours` from now, in RFC 3339 format, UTC, in whole seconds."""
    return (datetime.now(UTC) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def properties(shape: ObjectShape, name: str, random: Random, depth: int = 0) -> dict[str, Any]:
    """An object with its required properties."""
    return {key: value(one.shape, key, name, random, depth) for key, one in shape.properties.items() if one.required}


def value(shape: Shape, key: str, name: str, random: Random, depth: int = 0) -> Any:
    """A value of `shape` for the property `key` of a resource called `name`."""
    if shape.kind == "enum" and shape.values:
        return shape.values[0]
    if shape.kind == "union":
        return value(shape.options[0], key, name, random, depth)
    if shape.kind == "object" and shape.object is not None:
        return properties(shape.object, name, random, depth + 1) if depth < _DEEPEST else {}
    simple: dict[str, Any] = {"integer": 0, "number": 0, "boolean": False, "array": [], "map": {}}
    return simple[shape.kind] if shape.kind in simple else _text(key, name, random)


def _text(key: str, name: str, random: Random) -> str:
    host = re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-")
    generators: dict[str, Callable[[], str]] = {
        "id": lambda: identifier(random),
        "url": lambda: f"https://{host}.example/",
        "host": lambda: f"{host}.example",
        "time": moment,
        "name": lambda: f"{name}-{random.getrandbits(28):07x}",
        "key": lambda: f"{random.getrandbits(160):040x}",
    }
    last = next(iter(re.findall(r"[A-Za-z][a-z0-9]*", key)[::-1]), "").lower()
    return next((generate() for kind, generate in generators.items() if last in _ENDINGS[kind]), "")
