"""Management locks, resources in use, and cascading deletion."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bluelamp.rehearsal.azure import ids
from bluelamp.rehearsal.azure.data import facts
from bluelamp.rehearsal.provider import CloudError
from bluelamp.rehearsal.store import Record, Store
from bluelamp.rehearsal.values import plain

_LOCKS = tuple(
    f"azure-native:authorization:ManagementLock{one}"
    for one in ("ByScope", "AtResourceGroupLevel", "AtSubscriptionLevel", "AtResourceLevel")
)
_VNET = "azure-native:network:VirtualNetwork"


def check_write(store: Store, resource_id: str) -> None:
    """Raises `CloudError` `ScopeLocked` if the resource or one of its scopes has a read-only lock."""
    _check_locks(store, resource_id, "write", ("ReadOnly",))


def check_delete(store: Store, record: Record) -> None:
    """Raises `CloudError` if a lock prevents deletion or another resource uses this one."""
    if record.type not in _LOCKS:
        _check_locks(store, record.id, "delete", ("CanNotDelete", "ReadOnly"))
    rule = facts("delete_constraints").get(record.type)
    if rule is None:
        return
    users = sorted(_users(store, record, f"azure-native:{rule.get('children')}"))
    if users:
        kind, name = ids.type_of_id(record.id).rpartition("/")[2], ids.name_of_id(record.id)
        raise CloudError(rule["code"], f"{kind} {name} is in use by {', '.join(users)} and cannot be deleted.")


def remove(store: Store, record: Record) -> None:
    """Deletes the resource with its descendants, as Azure does."""
    for one in descendants(store, record):
        store.remove(one.id)
    store.remove(record.id)


def descendants(store: Store, record: Record) -> list[Record]:
    """Children of a resource, at any depth, and its extension resources (diagnostic settings, locks, assignments)."""
    found: list[Record] = []
    for child in store.children(record.id):
        found += [child, *descendants(store, child)]
    return found


def _users(store: Store, record: Record, children: str) -> Iterator[str]:
    inside = descendants(store, record)
    own = {record.id.lower(), *(one.id.lower() for one in inside)}
    yield from (one.id for one in inside if one.type == children)
    for other in store.with_text_in_inputs(record.id):
        outside = other.id.lower() not in own and not _is_peering(other, record)
        if outside and any(_is_part(text, record) for text in _texts(other.inputs)):
            yield other.id


def _is_part(text: str, record: Record) -> bool:
    """Whether `text` is the resource's id or, for a virtual network, the id of one of its subnets."""
    lower, own = text.lower(), record.id.lower()
    return lower == own or (record.type == _VNET and lower.startswith(f"{own}/subnets/"))


def _is_peering(other: Record, record: Record) -> bool:
    """Whether `other` is a peering or a DNS zone link, which do not prevent a network's deletion."""
    return record.type == _VNET and other.type.endswith((":VirtualNetworkPeering", ":VirtualNetworkLink"))


def _texts(value: Any) -> Iterator[str]:
    value = plain(value)
    if isinstance(value, str):
        if value.startswith("/"):
            yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _check_locks(store: Store, resource_id: str, operation: str, levels: tuple[str, ...]) -> None:
    if _is_lock(resource_id):
        return
    parts = resource_id.split("/")
    scopes = ["/".join(parts[:number]) for number in range(1, len(parts) + 1)]
    locks = store.children_of_types("azure-native", _LOCKS, scopes)
    for lock in sorted(locks, key=lambda one: _LOCKS.index(one.type)):
        if plain(lock.inputs.get("level")) in levels:
            raise CloudError(
                "ScopeLocked",
                f"The scope '{resource_id}' cannot perform {operation} operation because following scope(s) are "
                f"locked: '{lock.parent}'. Please remove the lock and try again.",
            )


def _is_lock(resource_id: str) -> bool:
    return re.search(r"/providers/Microsoft\.Authorization/locks/[^/]+$", resource_id, re.IGNORECASE) is not None
