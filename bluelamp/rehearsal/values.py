"""Property values of the rehearsal cloud: plain JSON, plus `UNKNOWN`, `Secret` and `Blob`.

The engine sends protobuf structs, with signatures for values that JSON does not have. `decode` converts such a struct
to dicts, lists, strings, numbers, booleans and None, with three additions; `encode` is its inverse:

- `UNKNOWN`: a value that is not known until deployment (preview only);
- `Secret(value)`: a value that must never be shown;
- `Blob(fields)`: an asset or an archive, passed through unchanged.

Numbers arrive as floats; whole numbers become int.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf import struct_pb2

from bluelamp.core import resource, wire

SIGNATURE = wire.SIGNATURE
SECRET_SIGNATURE = wire.SECRET
UNKNOWN: Final = resource.UNKNOWN


@dataclass(frozen=True)
class Secret:
    """A value that must not be shown; its `repr` hides it."""

    value: Any

    def __repr__(self) -> str:
        return "Secret(…)"


@dataclass(frozen=True)
class Blob:
    """An asset or archive, as the engine's own fields."""

    fields: Mapping[str, Any]


def decode(struct: struct_pb2.Struct) -> dict[str, Any]:
    """The plain form of the engine's `struct`."""
    return {key: _decode(value) for key, value in struct.fields.items()}


def without_secrets(value: Any) -> Any:
    """`value` with secrets replaced by `UNKNOWN`, so that no message can contain one."""
    if isinstance(value, Secret):
        return UNKNOWN
    if isinstance(value, Mapping):
        return {key: without_secrets(item) for key, item in value.items()}
    return [without_secrets(item) for item in value] if isinstance(value, list) else value


def encode(values: Mapping[str, Any]) -> struct_pb2.Struct:
    """The engine's form of `values`; the inverse of `decode`."""
    struct = struct_pb2.Struct()
    for key, value in values.items():
        _encode(value, struct.fields[key])
    return struct


def _decode(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value in wire.UNKNOWNS else value.string_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [_decode(item) for item in value.list_value.values]
    if kind == "struct_value":
        return _decode_struct(value.struct_value)
    return None


def _decode_struct(struct: struct_pb2.Struct) -> Any:
    fields = {key: _decode(item) for key, item in struct.fields.items()}
    signature = fields.get(SIGNATURE)
    if signature is None:
        return fields
    if signature == SECRET_SIGNATURE:
        return Secret(fields.get("value"))
    if signature == wire.OUTPUT:
        inner = fields.get("value", UNKNOWN)
        return Secret(inner) if fields.get("secret") else inner
    if signature == wire.REFERENCE:
        return fields.get("id") or fields.get("urn")
    return Blob(fields)


def _encode(value: Any, into: struct_pb2.Value) -> None:
    if value is None:
        into.null_value = struct_pb2.NULL_VALUE
    elif value is UNKNOWN:
        into.string_value = wire.UNKNOWN_STRING
    elif isinstance(value, bool):
        into.bool_value = value
    elif isinstance(value, (int, float)):
        into.number_value = value
    elif isinstance(value, str):
        into.string_value = str(value)
    elif isinstance(value, Secret):
        fields = into.struct_value.fields
        fields[SIGNATURE].string_value = SECRET_SIGNATURE
        _encode(value.value, fields["value"])
    elif isinstance(value, Blob):
        _encode_into(value.fields, into.struct_value)
    elif isinstance(value, Mapping):
        _encode_into(value, into.struct_value)
    elif isinstance(value, (list, tuple)):
        into.list_value.SetInParent()
        for item in value:
            _encode(item, into.list_value.values.add())
    else:
        raise TypeError(f"a property value cannot be {type(value).__name__}: {value!r}")


def _encode_into(values: Mapping[str, Any], struct: struct_pb2.Struct) -> None:
    struct.SetInParent()
    for key, value in values.items():
        _encode(value, struct.fields[key])


def plain(value: Any) -> Any:
    """`value` with every `Secret` unwrapped, at any depth."""
    if isinstance(value, Secret):
        return plain(value.value)
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def contains(value: Any, wanted: Callable[[Any], bool]) -> bool:
    """Whether `wanted` is true of `value` or of anything inside it, including secrets."""
    if wanted(value):
        return True
    if isinstance(value, Secret):
        return contains(value.value, wanted)
    if isinstance(value, Mapping):
        return any(contains(item, wanted) for item in value.values())
    if isinstance(value, list):
        return any(contains(item, wanted) for item in value)
    return False


def has_unknown(value: Any) -> bool:
    """Whether anything in `value` is unknown."""
    return contains(value, lambda item: item is UNKNOWN)


def has_secret(value: Any) -> bool:
    """Whether anything in `value` is secret."""
    return contains(value, lambda item: isinstance(item, Secret))


def marked(value: Any, like: Any) -> Any:
    """`value` with everything marked secret that is secret at the same path in `like`, such as outputs from inputs."""
    if isinstance(value, Secret) or value is None or value is UNKNOWN:
        return value
    if isinstance(like, Secret):
        return Secret(value)
    if isinstance(value, Mapping) and isinstance(like, Mapping):
        return {key: marked(item, like[key]) if key in like else item for key, item in value.items()}
    if isinstance(value, list) and isinstance(like, list):
        return [marked(item, like[place]) if place < len(like) else item for place, item in enumerate(value)]
    return value


def hidden(value: Any) -> Any:
    """`value` for display: secrets are `[secret]`, unknown values `<unknown>`, assets and archives `[file]`."""
    if isinstance(value, Secret):
        return "[secret]"
    if value is UNKNOWN:
        return "<unknown>"
    if isinstance(value, Blob):
        return "[file]"
    if isinstance(value, Mapping):
        return {key: hidden(item) for key, item in value.items()}
    if isinstance(value, list):
        return [hidden(item) for item in value]
    return value
