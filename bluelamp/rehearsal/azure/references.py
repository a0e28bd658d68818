"""Checks that a resource's parent, its resource group and the resources it refers to exist."""

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from bluelamp.rehearsal.azure import ids
from bluelamp.rehearsal.azure.planned_failures import fail_if_planned
from bluelamp.rehearsal.provider import CloudError
from bluelamp.rehearsal.sdk.messages import join_path, nearest
from bluelamp.rehearsal.sdk.schema import Catalogue, UnknownToken
from bluelamp.rehearsal.store import Record, Store
from bluelamp.rehearsal.values import UNKNOWN, Secret, plain

_ID = re.compile(r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/[^/]+(/[^/?#]+/[^/?#]+)+", re.IGNORECASE)
_GROUP = re.compile(r"/subscriptions/[^/]+/resourceGroups/[^/]+", re.IGNORECASE)
_MANAGEMENT_GROUP = "/providers/microsoft.management/managementgroups/"
_UNRESOLVED = ("parameters", "policyRule", "metadata", "tags", "template", "definition", "content", "value")
"""Properties whose content Azure does not resolve."""
_IMPLICIT = (
    "locations",
    "backupFabrics",
    "protectionContainers",
    "blobServices",
    "fileServices",
    "queueServices",
    "tableServices",
)
"""Segments of ids of resources that Azure creates by itself."""
_CONTAINERS = ("$web", "$logs")
"""Blob containers that a storage account's static website and logging create."""


def check_parent(store: Store, token: str, parent: str, tenant: str, subscription: str) -> None:
    """Raises `CloudError` if the parent is in this subscription and does not exist."""
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
        _fail_if_planned(store, store.get(group_id[0]))
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
    if not _exists(store, parent):
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
    """Raises `CloudError` for the first id in `inputs` of a resource in this subscription that does not exist."""
    for path, wanted in _references(inputs):
        if ids.subscription_of_id(wanted).lower() != subscription.lower():
            continue
        if wanted.lower().startswith(resource_id.lower() + "/") or wanted.lower() == resource_id.lower():
            continue
        found = store.get(wanted)
        _fail_if_planned(store, found)
        if found is not None or _is_subresource(store, catalogue, wanted):
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
    if key in _UNRESOLVED or value is UNKNOWN:
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


def _exists(store: Store, wanted: str) -> bool:
    """Whether a parent exists. Resources that Azure creates by itself exist with their own parent."""
    found = store.get(wanted)
    _fail_if_planned(store, found)
    if found is not None:
        return True
    head, _, name = wanted.rpartition("/")
    holder, _, kind = head.rpartition("/")
    if kind in _IMPLICIT or name in _CONTAINERS or ids.type_of_id(wanted).lower() not in _known_types():
        namespace_only = "/" not in holder.rpartition("/providers/")[2]
        return namespace_only or _exists(store, holder)
    return False


@functools.cache
def _known_types() -> frozenset[str]:
    return frozenset(ids.arm_type(token).lower() for token in ids.tokens())


def _is_subresource(store: Store, catalogue: Catalogue, wanted: str) -> bool:
    """Whether `wanted` is the id of a part of a stored resource (`loadBalancers/lb/backendAddressPools/pool`)."""
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


def _fail_if_planned(store: Store, record: Record | None) -> None:
    if record is not None:
        fail_if_planned(store, record.type, "reference")


def _same_kind(one: str, other: str) -> bool:
    return ids.type_of_id(one).lower() == ids.type_of_id(other).lower()


def _hint(name: str, known: list[str]) -> str:
    near = nearest(name, [one for one in known if one.lower() != name.lower()])
    return f" Did you mean '{near}'?" if near else ""


def not_found(wanted: str) -> str:
    """ARM's message for the id of a resource that does not exist."""
    kind = ids.type_of_id(wanted)
    name = f"{kind}/{ids.name_of_id(wanted)}"
    group = ids.group_of_id(wanted)
    under = f" under resource group '{group}'" if group else ""
    return f"The Resource '{name}'{under} was not found."
