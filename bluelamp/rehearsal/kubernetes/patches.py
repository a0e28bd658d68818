"""Patches in the embedded cluster, with field ownership as in server-side apply.

Each patch is a child record of the object. An update by the object's owner keeps the patch's fields, and deleting the
patch removes only those.
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
    """`own`, the inputs of the object's owner, with every patch applied."""
    found: dict[str, Any] = dict(own)
    for each in store.children(record_id):
        if each.id.startswith(f"{record_id}{_MARK}"):
            found = merged(found, each.inputs, kind)
    return found


def merged(base: Mapping[str, Any], over: Mapping[str, Any], kind: Kind | None) -> dict[str, Any]:
    """`over` merged into `base`, both of `kind`, as in server-side apply; without a schema, lists are replaced."""
    shape = Shape(kind.node, kind.definitions, root=True) if kind else Shape(None, {}, root=True)
    found: dict[str, Any] = Apply(UNKNOWN)(base, over, shape)
    return found
