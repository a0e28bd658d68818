"""Patches in the embedded cluster: which fields of an object are whose.

As with server-side apply, every patch owns what it sets. It is kept as a record of its own below the object's, so that
a change by the object's owner leaves it in force, and its end gives back no more than it set.
"""

from collections.abc import Mapping
from typing import Any

from bluelamp.core.server_side_apply import Apply, Shape
from bluelamp.rehearsal.kubernetes.backend import Target
from bluelamp.rehearsal.kubernetes.kinds import Kind
from bluelamp.rehearsal.store import Record, Store
from bluelamp.rehearsal.values import UNKNOWN

_MARK = "#patch="


def record_of(target: Target, inputs: Mapping[str, Any]) -> Record:
    """The record of a patch."""
    of = target.ref.record_id(target.cluster)
    return Record(f"{of}{_MARK}{target.urn}", "kubernetes", target.token, target.urn, dict(inputs), {}, of)


def patched(store: Store, record_id: str, own: Mapping[str, Any], kind: Kind | None) -> dict[str, Any]:
    """`own`, what the owner of the object says, under every patch of it."""
    found: dict[str, Any] = dict(own)
    for each in store.children(record_id):
        if each.id.startswith(f"{record_id}{_MARK}"):
            found = merged(found, each.inputs, kind)
    return found


def merged(base: Mapping[str, Any], over: Mapping[str, Any], kind: Kind | None) -> dict[str, Any]:
    """`over` laid over `base`, both of `kind`, as server-side apply does it; without a schema, lists are replaced."""
    shape = Shape(kind.node, kind.definitions, root=True) if kind else Shape(None, {}, root=True)
    found: dict[str, Any] = Apply(UNKNOWN)(base, over, shape)
    return found
