"""Computed properties inside objects of a resource's inputs.

A property is computed if the SDK's output type has it and the input type of the same object does not. Required ones get
a value of their type that is always the same for a resource.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from bluelamp.rehearsal.azure import ids
from bluelamp.rehearsal.sdk.shapes import ObjectShape, Shape
from bluelamp.rehearsal.values import Secret

_ABSENT: Final = re.compile(
    r"delet|purge|expir|rotat|error|fail|warning|password|secret|key$|token|etag$", re.IGNORECASE
)
"""Properties that exist at times only, secrets (which must not be generated in clear text), and etags."""
_TIME: Final = "2026-01-05T09:00:00.0000000Z"
_ENDINGS: Final = {
    "id": ("id", "uuid", "guid"),
    "url": ("url", "uri", "endpoint"),
    "host": ("fqdn", "host", "hostname", "domain"),
    "time": ("time", "date", "timestamp", "on", "at"),
    "address": ("ip", "address"),
}


def with_computed(
    out: ObjectShape, given: ObjectShape | None, inputs: Mapping[str, Any], found: Mapping[str, Any], where: str
) -> dict[str, Any]:
    """`found`, the outputs for `inputs`, with computed properties added inside their objects.

    `out` and `given` are the types of outputs and inputs. Values are derived from `where`, the resource's id.
    """
    known = given.properties if given is not None else {}
    return {
        key: _value(out.properties[key].shape, known[key].shape, inputs[key], value, f"{where}/{key}")
        if key in out.properties and key in known and key in inputs
        else value
        for key, value in found.items()
    }


def _value(out: Shape, given: Shape, inputs: Any, found: Any, where: str) -> Any:
    if isinstance(found, Secret) or isinstance(inputs, Secret):
        return found
    if isinstance(found, list) and isinstance(inputs, list) and out.item is not None and given.item is not None:
        pairs = zip(inputs, found, strict=False)
        made = [_value(out.item, given.item, one, each, f"{where}/{index}") for index, (one, each) in enumerate(pairs)]
        return [*made, *found[len(made) :]]
    if not isinstance(found, Mapping) or not isinstance(inputs, Mapping) or out.object is None or given.object is None:
        return found
    if set(inputs) <= {"id"}:
        return found  # ARM returns references unchanged
    whole = with_computed(out.object, given.object, inputs, found, where)
    for name, one in out.object.properties.items():
        computed = one.required and name not in given.object.properties
        if computed and whole.get(name) is None and not _ABSENT.search(name):
            value = _placeholder_value(one.shape, name, where)
            if value is not None:
                whole[name] = value
    return whole


def _placeholder_value(shape: Shape, name: str, where: str) -> Any:
    """A value for a computed property; None for an object."""
    simple: dict[str, Any] = {"integer": 1, "number": 1, "boolean": False, "array": [], "map": {}}
    if shape.kind in simple:
        return simple[shape.kind]
    if shape.kind == "enum":
        return shape.values[0] if shape.values else None
    if shape.kind not in ("string", "any"):
        return None
    if name == "provisioningState":
        return "Succeeded"
    digits = ids.stable_hex(8, where, name)
    last = next(iter(re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)[::-1]), "").lower()
    kind = next((kind for kind, endings in _ENDINGS.items() if last in endings), "")
    if kind == "id":
        return ids.stable_uuid(where, name)
    number = int(digits, 16)
    made = {
        "url": f"https://{digits}.example/",
        "host": f"{digits}.example",
        "time": _TIME,
        # The documentation range of RFC 5737.
        "address": f"203.0.113.{number % 254 + 1}" if "ip" in name.lower() else f"rehearsed-{digits}",
    }
    return made.get(kind, f"rehearsed-{digits}")
