"""Converts the engine's resources to `Resource`: unknowns as `UNKNOWN`, secrets in plain text with their paths."""

from typing import Any

from google.protobuf import struct_pb2

from bluelamp.core.resource import UNKNOWN, Resource, name_of
from bluelamp.core.wire import Reader
from bluelamp.policies.value import joined


def resource(urn: str, type_: str, properties: struct_pb2.Struct, *, protect: bool, parent: str) -> Resource:
    """The resource from the engine's description."""
    reader = Reader(UNKNOWN, joined)
    read = reader.read(fields(properties))
    name = name_of(urn)
    return Resource(urn, type_, name, read, protect, parent, frozenset(reader.secrets), reasons=dict(reader.reasons))


def fields(struct: struct_pb2.Struct) -> dict[str, Any]:
    """The members of a structure as Python values."""
    return {key: _plain(value) for key, value in struct.fields.items()}


def _plain(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return fields(value.struct_value)
    if kind == "list_value":
        return [_plain(item) for item in value.list_value.values]
    return getattr(value, kind) if kind in ("string_value", "number_value", "bool_value") else None
