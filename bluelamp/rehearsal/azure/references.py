"""What must exist first: the parent, the resource group, and whatever the inputs refer to by id."""

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from bluelamp.rehearsal.azure import ids
from bluelamp.rehearsal.azure.faults import strike
from bluelamp.rehearsal.provider import CloudError
from bluelamp.rehearsal.sdk.schema import Catalogue, UnknownToken
from bluelamp.rehearsal.sdk.words import join_path, nearest
from bluelamp.rehearsal.store import Record, Store
from bluelamp.rehearsal.values import UNKNOWN, Secret, plain

_ID = re.compile(r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/[^/]+(/[^/?#]+/[^/?#]+)+", re.IGNORECASE)
_GROUP = re.compile(r"/subscriptions/[^/]+/resourceGroups/[^/]+", re.IGNORECASE)
_MANAGEMENT_GROUP = "/providers/microsoft.management/managementgroups/"
_UNREAD = ("parameters", "policyRule", "metadata", "tags", "template", "definition", "content", "value")
"""Where Azure keeps what is written without resolving it."""
_ALWAYS_THERE = (
    "locations",
    "backupFabrics",
    "protectionContainers",
    "blobServices",
    "fileServices",
    "queueServices",
    "tableServices",
)
"""Parts of an id that Azure makes by itself."""
_CONTAINERS = ("$web", "$logs")
"""Blob containers that a storage account's static web site and its logging make."""


def check_parent(store: Store, token: str, parent: str, tenant: str, subscription: str) -> None:
    """Raises `CloudError` where what the resource lives in does not exist (in this subscription)."""
    if not parent or re.fullmatch(r"/subscriptions/[^/]+", parent, re.IGNORECASE):
        return
    if parent.lower().startswith(_MANAGEMENT_GROUP):
        group = ids.name_of_id(parent)
        if group.lower() != tenant.lower() and store.get(parent) is None:
            raise CloudError("ManagementGroupNotFound", f"The management group '{group}' could not be found.")
        return
    if ids.subscription_of_id(parent).lower() != subscription.lower():
        return
    group_id = _GROUP.match(parent)
    if group_id is not None:
        _visible(store, store.get(group_id[0]))
        if store.get(group_id[0]) is None:
            groups = [
                ids.name_of_id(one.id) for one in store.all("azure-native", "azure-native:resources:ResourceGroup")
            ]
            name = ids.name_of_id(group_id[0])
            raise CloudError(
                "ResourceGroupNotFound", f"Resource group '{name}' could not be found.{_hint(name, groups)}"
            )
    if group_id is not None and group_id[0] == parent:
        return
    if not _there(store, parent):
        nested = ids.is_nested(token)
        names = [ids.name_of_id(one.id) for one in store.all("azure-native") if _same_kind(one.id, parent)]
        hint = _hint(ids.name_of_id(parent), names)
        if nested:
            kind = ids.arm_type(token).partition("/")[2]
            raise CloudError(
                "ParentResourceNotFound",
                f"Failed to perform 'write' on resource(s) of type '{kind}', because the parent resource "
                f"'{parent}' could not be found.{hint}",
            )
        raise CloudError("ResourceNotFound", not_found(parent) + hint)


def check_references(
    store: Store, catalogue: Catalogue, token: str, resource_id: str, inputs: Mapping[str, Any], subscription: str
) -> None:
    """Raises `CloudError` for the first id in `inputs` that is of this subscription and leads nowhere."""
    for path, wanted in _references(inputs):
        if ids.subscription_of_id(wanted).lower() != subscription.lower():
            continue
        if wanted.lower().startswith(resource_id.lower() + "/") or wanted.lower() == resource_id.lower():
            continue
        found = store.get(wanted)
        _visible(store, found)
        if found is not None or _part_there(store, catalogue, wanted):
            continue
        names = [ids.name_of_id(one.id) for one in store.all("azure-native") if _same_kind(one.id, wanted)]
        hint = _hint(ids.name_of_id(wanted), names)
        if ids.arm_type(token).startswith("Microsoft.Network/"):
            raise CloudError(
                "InvalidResourceReference",
                f"Resource {wanted} referenced by resource {resource_id} was not found ({path}). Please make sure that "
                f"the referenced resource exists, and that both resources are in the same region.{hint}",
            )
        raise CloudError("ResourceNotFound", f"{not_found(wanted)} ({path}){hint}")


def _references(value: Any, path: str = "", key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Secret):
        value = plain(value)
    if key in _UNREAD or value is UNKNOWN:
        return
    if isinstance(value, str):
        if _ID.fullmatch(value):
            yield path, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _references(item, join_path(path, name), name)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _references(item, join_path(path, index), key)


def _there(store: Store, wanted: str) -> bool:
    """Whether a parent exists; parts that Azure makes by itself count with what they are in."""
    found = store.get(wanted)
    _visible(store, found)
    if found is not None:
        return True
    head, _, name = wanted.rpartition("/")
    holder, _, kind = head.rpartition("/")
    if kind in _ALWAYS_THERE or name in _CONTAINERS or ids.type_of_id(wanted).lower() not in _known_types():
        namespace_only = "/" not in holder.rpartition("/providers/")[2]
        return namespace_only or _there(store, holder)
    return False


@functools.cache
def _known_types() -> frozenset[str]:
    return frozenset(ids.arm_type(token).lower() for token in ids.tokens())


def _part_there(store: Store, catalogue: Catalogue, wanted: str) -> bool:
    """Whether `wanted` is a part of a stored resource (`loadBalancers/lb/backendAddressPools/pool`)."""
    steps: list[str] = []
    holder = wanted
    while "/providers/" in holder:
        holder, _, name = holder.rpartition("/")
        holder, _, kind = holder.rpartition("/")
        if kind.lower() == "providers":
            return False
        steps = [kind, name, *steps]
        record = store.get(holder)
        if record is not None:
            return _holds(record, catalogue, steps)
    return False


def _holds(record: Record, catalogue: Catalogue, steps: list[str]) -> bool:
    kind, name = steps[0].lower(), steps[1].lower()
    try:
        known = {one.lower() for one in catalogue.resource(record.type).outputs.properties}
    except UnknownToken:
        return True
    if kind not in known:
        return True
    for values in (record.inputs, record.outputs):
        for key, items in values.items():
            if key.lower() == kind and isinstance(items, list):
                names = [str(item.get("name", "")).lower() for item in items if isinstance(item, Mapping)]
                if name in names:
                    return True
    return False


def _visible(store: Store, record: Record | None) -> None:
    if record is not None:
        strike(store, record.type, "reference")


def _same_kind(one: str, other: str) -> bool:
    return ids.type_of_id(one).lower() == ids.type_of_id(other).lower()


def _hint(name: str, known: list[str]) -> str:
    near = nearest(name, [one for one in known if one.lower() != name.lower()])
    return f" Did you mean '{near}'?" if near else ""


def not_found(wanted: str) -> str:
    """The sentence that ARM says of an id that leads nowhere."""
    kind = ids.type_of_id(wanted)
    name = f"{kind}/{ids.name_of_id(wanted)}"
    group = ids.group_of_id(wanted)
    under = f" under resource group '{group}'" if group else ""
    return f"The Resource '{name}'{under} was not found."
