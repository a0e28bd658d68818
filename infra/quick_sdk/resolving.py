"""Lazy translation of the properties that a preview returns (`resolve_outputs` in pulumi/runtime/rpc.py).

The SDK translates every property that the engine returns into its own types, but few are ever read. Here a value that
does not fit its type raises when it is read.
"""

from collections.abc import Mapping
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
    """As the SDK's. A deployment resolves its outputs at once, as values from the cloud may not fit the SDK's types."""
    if (
        not settings.is_dry_run()
        or settings.is_legacy_apply_enabled()  # type: ignore[no-untyped-call] # the SDK's
        or rpc._special_sig_key in outputs.fields
        or not all(isinstance(each, Property) for each in resolvers.values())
    ):
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
        return
    response = _Response(res, outputs, deps, transform_using_type_metadata, keep_unknowns)
    for name, slot in resolvers.items():
        slot.defer(response, name)


class _Response:
    """A preview's result for a resource: each property's value, whether it is known or secret, dependencies."""

    __slots__ = ("_by_name", "_deps", "_keep_unknowns", "_outputs", "_resource", "_typed")

    def __init__(
        self, resource: Any, outputs: Any, deps: Mapping[str, set[Any]], typed: bool, keep_unknowns: bool
    ) -> None:
        self._resource, self._outputs, self._deps = resource, outputs, deps
        self._typed, self._keep_unknowns = typed, keep_unknowns
        self._by_name: tuple[dict[str, list[str]], dict[str, set[Any]]] | None = None

    def __call__(self, name: str) -> tuple[Any, bool, bool, Any]:
        if self._by_name is None:
            self._by_name = self._named()
        keys, deps = self._by_name
        for key in reversed(keys.get(name, ())):
            value = rpc.deserialize_property(self._outputs[key], self._keep_unknowns)
            if value is not None:
                value = rpc.translate_output_properties(value, *self._how(key, name))
                plain = rpc.unwrap_rpc_secret(value)
                return plain, plain is not None, rpc.is_rpc_secret(value), deps.get(name)
        return None, False, False, deps.get(name)

    def _named(self) -> tuple[dict[str, list[str]], dict[str, set[Any]]]:
        """The keys of the outputs, and the dependencies, by the names of the properties in Python."""
        translate = self._resource.translate_output_property
        if self._typed:
            names = _types.resource_pulumi_to_py_names(type(self._resource))

            def translate(key: str) -> str:
                return names.get(key) or key

        keys: dict[str, list[str]] = {}
        for key in self._outputs.fields:
            keys.setdefault(translate(key), []).append(key)
        return keys, {translate(key): found for key, found in self._deps.items()}

    def _how(self, key: str, name: str) -> tuple[Any, Any, bool, Any]:
        kind = _types.resource_types(type(self._resource)).get(key)
        translate = str if self._typed else self._resource.translate_output_property
        return translate, kind, self._typed, rpc._Path(name, resource=f"{self._resource._name}")
