"""Faster replacements of parts of the Pulumi SDK, with the same behaviour."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pulumi.resource
from pulumi import _utils
from pulumi.output import Output
from pulumi.runtime import resource, rpc
from pulumi.runtime.rpc_manager import RPCManager

from bluelamp.infra.quick_sdk.dependencies import add_dependency
from bluelamp.infra.quick_sdk.empty_functions import is_empty_function
from bluelamp.infra.quick_sdk.known import Replacement, known
from bluelamp.infra.quick_sdk.lazy_outputs import Unread, resource_output, transfer_properties
from bluelamp.infra.quick_sdk.options import copied
from bluelamp.infra.quick_sdk.packages import import_packages_lazily
from bluelamp.infra.quick_sdk.resolving import resolve_outputs
from bluelamp.infra.quick_sdk.rpcs import do_rpc
from bluelamp.infra.quick_sdk.serialising import serialize_properties, serialize_property
from bluelamp.infra.quick_sdk.tracking import track, untrack
from bluelamp.infra.quick_sdk.unknowns import contains_unknowns
from bluelamp.infra.quick_sdk.urns import collapse_alias_to_urn, create_urn

__all__ = ["quick_sdk", "quicken_sdk"]

_REPLACEMENTS: Final = (
    # Stays after the program, as unread outputs outlive it; it does nothing for other outputs.
    Replacement(Output, "_data", Unread()),
    Replacement(Output, "_track", track),
    Replacement(Output, "_untrack", untrack),
    Replacement(rpc, "transfer_properties", transfer_properties),
    Replacement(rpc, "resolve_outputs", resolve_outputs),
    Replacement(rpc, "serialize_properties", serialize_properties),
    Replacement(rpc, "serialize_property", serialize_property),
    Replacement(rpc, "_add_dependency", add_dependency),
    Replacement(rpc, "contains_unknowns", contains_unknowns),
    Replacement(_utils, "is_empty_function", is_empty_function),
    Replacement(RPCManager, "do_rpc", do_rpc),
    Replacement(resource, "create_urn", create_urn),
    Replacement(resource, "resource_output", resource_output),
    Replacement(pulumi.resource.ResourceOptions, "_copy", copied),
    Replacement(pulumi.resource, "collapse_alias_to_urn", collapse_alias_to_urn),
)


def quicken_sdk() -> None:
    """Installs the replacements for the rest of the process; an SDK of an unknown release stays unchanged."""
    import_packages_lazily()
    if known():
        for owner, name, value in _REPLACEMENTS:
            setattr(owner, name, value)


@contextmanager
def quick_sdk() -> Iterator[None]:
    """Installs the replacements within the context."""
    before = [(owner, name, vars(owner)[name]) for owner, name, _ in _REPLACEMENTS[1:]]
    quicken_sdk()
    try:
        yield
    finally:
        for owner, name, value in before:
            setattr(owner, name, value)
