"""What a preview says of a property, translated when somebody reads it (`resolve_outputs` in pulumi/runtime/rpc.py).

The SDK turns every property that the engine returns into values of its own types, of which few are ever read. A value
that does not fit its type is refused by the program that reads it.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from pulumi import _types
from pulumi.runtime import rpc, settings

from bluelamp.infra.quick_sdk.lazy_outputs import Property

_RESOLVE: Final = rpc.resolve_outputs


def resolve_outputs(
    res: Any,
    serialized_props: Any,
    outputs: Any,
    deps: Mapping[str, set[Any]],
    resolvers: dict[str, Any],
    custom: bool,
    transform_using_type_metadata: bool = False,
    keep_unknowns: bool = False,
    resolve_missing_as_unknown: bool = False,
) -> None:
    """As the SDK's. A deployment resolves its outputs at once: what the cloud computed may not fit the SDK's types."""

    def as_the_sdk() -> None:
        _RESOLVE(
            res,
            serialized_props,
            outputs,
            deps,
            resolvers,
            custom,
            transform_using_type_metadata,
            keep_unknowns,
            resolve_missing_as_unknown,
        )

    if (
        not settings.is_dry_run()
        or settings.is_legacy_apply_enabled()  # type: ignore[no-untyped-call] # the SDK's
        or rpc._special_sig_key in outputs.fields
    ):
        as_the_sdk()
        return
    kind = type(res)
    names = _types.resource_pulumi_to_py_names(kind) if transform_using_type_metadata else {}

    def renamed(key: str) -> Any:
        return (names.get(key) or key) if transform_using_type_metadata else res.translate_output_property(key)

    by_name = {renamed(key): key for key in outputs.fields}
    if len(by_name) < len(outputs.fields) or not all(isinstance(each, Property) for each in resolvers.values()):
        as_the_sdk()
        return
    names_of_deps = {renamed(key): found for key, found in deps.items()}
    translate = str if transform_using_type_metadata else res.translate_output_property
    types = _types.resource_types(kind)
    for name, slot in resolvers.items():
        key = by_name.get(name)
        if key is None:
            slot(None, False, False, names_of_deps.get(name), None)
            continue
        path = rpc._Path(name, resource=f"{res._name}")
        slot.defer(
            partial(
                _result,
                outputs,
                key,
                keep_unknowns,
                (translate, types.get(key), transform_using_type_metadata, path),
                names_of_deps.get(name),
            )
        )


def _result(
    outputs: Any, key: str, keep_unknowns: bool, how: tuple[Any, Any, bool, Any], deps: Any
) -> tuple[Any, bool, bool, Any]:
    """The value of a property, whether it is known, whether it is secret, and what it depends on."""
    value = rpc.deserialize_property(outputs[key], keep_unknowns)
    if value is None:
        return None, False, False, deps
    value = rpc.translate_output_properties(value, *how)
    plain = rpc.unwrap_rpc_secret(value)
    return plain, plain is not None, rpc.is_rpc_secret(value), deps
