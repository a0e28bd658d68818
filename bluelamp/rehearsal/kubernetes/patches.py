"""Patches in the embedded cluster: which fields of an object are whose.

As with server-side apply, every patch owns what it sets. It is kept as a record of its own below the object's, so that
a change by the object's owner leaves it in force, and its end gives back no more than it set.
"""

from collections.abc import Mapping
from typing import Any

from bluelamp.rehearsal.kubernetes.backend import Target
from bluelamp.rehearsal.store import Record, Store

_MARK = "#patch="


def record_of(target: Target, inputs: Mapping[str, Any]) -> Record:
    """The record of a patch."""
    of = target.ref.record_id(target.cluster)
    return Record(f"{of}{_MARK}{target.urn}", "kubernetes", target.token, target.urn, dict(inputs), {}, of)


def patched(store: Store, record_id: str, own: Mapping[str, Any]) -> dict[str, Any]:
    """`own`, what the owner of the object says, under every patch of it."""
    found: dict[str, Any] = dict(own)
    for each in store.children(record_id):
        if each.id.startswith(f"{record_id}{_MARK}"):
            found = merged(found, each.inputs)
    return found


def merged(base: Any, over: Any) -> Any:
    """`over` laid over `base`, as a merge of server-side apply; lists of named items merge by name."""
    if isinstance(base, Mapping) and isinstance(over, Mapping):
        return {**base, **{key: merged(base.get(key), value) for key, value in over.items()}}
    if (
        isinstance(base, list)
        and isinstance(over, list)
        and all(isinstance(each, Mapping) and "name" in each for each in [*base, *over])
    ):
        found = {each["name"]: each for each in base}
        for each in over:
            found[each["name"]] = merged(found.get(each["name"]), each)
        return list(found.values())
    return over
