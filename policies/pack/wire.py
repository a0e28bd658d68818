"""From the engine's form of a resource to `Resource`: unknowns as `UNKNOWN`, secrets opened and their paths kept."""

from typing import Any, Final

from google.protobuf import struct_pb2

from policies.model import UNKNOWN, Resource
from policies.value import joined

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the protocol's mark of a secret
_OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_REFERENCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
# What the engine sends for a value of each type that it does not know: boolean, number, string, list, asset, archive,
# object.
_UNKNOWNS: Final = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)


class _Secret:
    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def resource(urn: str, type_: str, properties: struct_pb2.Struct, *, protect: bool, parent: str) -> Resource:
    """The resource that the engine describes."""
    values = {key: _decoded(value) for key, value in properties.fields.items()}
    secrets: set[str] = set()
    opened = _opened(values, "", secrets)
    return Resource(urn, type_, urn.split("::", 3)[-1], opened, protect, parent, frozenset(secrets))


def _decoded(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value in _UNKNOWNS else value.string_value
    if kind == "number_value":
        return int(value.number_value) if value.number_value.is_integer() else value.number_value
    if kind == "list_value":
        return [_decoded(item) for item in value.list_value.values]
    if kind == "struct_value":
        return _object({key: _decoded(item) for key, item in value.struct_value.fields.items()})
    return value.bool_value if kind == "bool_value" else None


def _object(fields: dict[str, Any]) -> Any:
    """What `fields` stand for: themselves, unless a signature says that they wrap a value."""
    signature = fields.pop(_SIGNATURE, None)
    if signature == _SECRET:
        return _Secret(fields.get("value"))
    if signature == _OUTPUT:
        inner = fields.get("value", UNKNOWN)
        return _Secret(inner) if fields.get("secret") else inner
    if signature == _REFERENCE:
        return fields.get("id") or fields.get("urn")
    return fields


def _opened(value: Any, path: str, secrets: set[str]) -> Any:
    if isinstance(value, _Secret):
        secrets.add(path)
        return _opened(value.value, path, secrets)
    if isinstance(value, dict):
        return {key: _opened(item, joined(path, key), secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [_opened(item, joined(path, index), secrets) for index, item in enumerate(value)]
    return value
