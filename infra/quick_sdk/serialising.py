"""Serialisation of inputs, most of which are text, numbers, lists and objects.

The SDK (`serialize_properties` and `serialize_property` in pulumi/runtime/rpc.py) creates a coroutine for every value
and tests each for many types: a sequence, a resource, an asset, an awaitable. Here the common types come first; all
others go to the SDK's own functions.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from google.protobuf import struct_pb2
from pulumi import _types
from pulumi.output import Output
from pulumi.runtime import rpc, settings
from pulumi.runtime.proto import resource_pb2

from bluelamp.infra.quick_sdk.unknowns import contains_unknowns

_SERIALIZE: Final = rpc.serialize_property
_SCALARS: Final = frozenset({str, int, float, bool, type(None)})
_UNWRAPPED: Final[dict[int, tuple[Any, Any]]] = {}
"""Results of `_types.unwrap_type` by the type's identity, as equal unions may list their members in another order."""


async def serialize_properties(
    inputs: Mapping[str, Any],
    property_deps: dict[str, list[Any]],
    resource_obj: Any = None,
    input_transformer: Callable[[str], str] | None = None,
    typ: Any = None,
    keep_output_values: bool = False,
    exclude_resource_refs_from_deps: bool = False,
) -> struct_pb2.Struct:
    """As the SDK's."""
    names = _types.input_type_py_to_pulumi_names(typ) if typ is not None else {}
    types = _types.input_type_types(typ) if typ is not None else {}
    translate = input_transformer if input_transformer and typ is None else _same
    struct = struct_pb2.Struct()
    for key in inputs:
        value = inputs[key]
        name = names.get(key) or translate(key)
        deps: list[Any] = []
        if type(value) not in _SCALARS:
            rest = (key, resource_obj, input_transformer, types.get(name))
            flags = (keep_output_values, exclude_resource_refs_from_deps)
            try:
                value = await serialize_property(value, deps, *rest, *flags)
            except (ValueError, AssertionError) as error:
                kind = ValueError if isinstance(error, ValueError) else AssertionError
                about = f"While processing input: {key!r}, type {type(key)}, value {inputs[key]!r}"
                raise kind(f"{about}\n{kind.__name__} has risen: {error}") from error
        if value is not None:
            struct[name] = value
            property_deps[name] = deps
    return struct


async def serialize_property(
    value: Any,
    deps: list[Any] | None,
    property_key: str | None,
    resource_obj: Any = None,
    input_transformer: Callable[[str], str] | None = None,
    typ: Any = None,
    keep_output_values: bool = False,
    exclude_resource_refs_from_deps: bool = False,
    return_protobuf_value: bool = False,
) -> Any:
    """As the SDK's."""
    kind = type(value)
    if not return_protobuf_value:
        if kind in _SCALARS:
            return value
        known = _unwrapped(typ) if typ else typ
        rest = (property_key, resource_obj, input_transformer)
        flags = (keep_output_values, exclude_resource_refs_from_deps)
        if kind is list:
            element = rpc._get_list_element_type(known)
            return [
                each if type(each) in _SCALARS else await serialize_property(each, deps, *rest, element, *flags)
                for each in value
            ]
        if kind is Output and not keep_output_values:
            return await _output(value, deps, *rest, known)
        if _types.is_input_type(kind):
            types = _types.input_type_types(kind)
            return {
                key: each
                if type(each) in _SCALARS
                else await serialize_property(each, deps, *rest, types.get(key), *flags)
                for key, each in _types.input_type_to_dict(value).items()
            }
        if kind is dict and known is None:
            translate = input_transformer or _same
            return {
                translate(key): each
                if type(each) in _SCALARS
                else await serialize_property(each, deps, key, resource_obj, input_transformer, None, *flags)
                for key, each in value.items()
            }
    return await _SERIALIZE(
        value,
        deps,
        property_key,
        resource_obj,
        input_transformer,
        typ,
        keep_output_values,
        exclude_resource_refs_from_deps,
        return_protobuf_value,
    )


async def _output(
    output: Any,
    deps: list[Any] | None,
    property_key: str | None,
    resource_obj: Any,
    input_transformer: Callable[[str], str] | None,
    typ: Any,
) -> Any:
    """The value of an output; adds its dependencies to `deps`."""
    data = await output._data
    if deps is not None:
        deps.extend(data.resources)
    inner: list[Any] = []
    value = await serialize_property(
        None if contains_unknowns(data.value) else data.value, inner, property_key, resource_obj, input_transformer, typ
    )
    if deps is not None:
        deps.extend(inner)
    data.resources.update(inner)
    if not data.is_known:
        value = rpc.UNKNOWN
    if data.is_secret and settings.monitor_supports_feature(resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS):
        return {rpc._special_sig_key: rpc._special_secret_sig, "value": value}
    return value


def _same(key: Any) -> Any:
    return key


def _unwrapped(typ: Any) -> Any:
    """The type without the alternatives for inputs; None for `Any`."""
    found = _UNWRAPPED.get(id(typ))
    if found is None:
        inner = _types.unwrap_type(typ)
        found = _UNWRAPPED[id(typ)] = (typ, None if inner is Any else inner)
    return found[1]
