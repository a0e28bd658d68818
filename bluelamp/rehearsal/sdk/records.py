"""A generic package's resources in the store, under unique keys.

The ids of a package need not be unique (every password's is `none`), and during a replacement two resources have the
same URN.
"""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from bluelamp.rehearsal.store import Record, Store
from bluelamp.rehearsal.values import plain

Values = Mapping[str, Any]


class Records:
    """The stored resources of `package`. A record's outputs contain the resource's id as `id`."""

    def __init__(self, package: str, store: Store) -> None:
        self._package, self._store = package, store

    def all(self, token: str) -> list[Record]:
        """The resources of a type."""
        return self._store.all(self._package, token)

    def add(self, token: str, urn: str, resource_id: str, inputs: Values, outputs: Values) -> None:
        """Stores a new resource."""
        with self._store.transaction():
            keys = (f"{token}/{resource_id}", f"{token}/{resource_id}#{urn}")
            key = next((one for one in keys if self._store.get(one) is None), f"{keys[1]}#{uuid4()}")
            self._store.add(Record(key, self._package, token, urn, dict(inputs), {**outputs, "id": resource_id}))

    def put(self, record: Record, inputs: Values, outputs: Values) -> None:
        """Updates a resource's inputs and outputs."""
        self._store.put(record.with_(inputs=dict(inputs), outputs={**outputs, "id": record.outputs["id"]}))

    def remove(self, record: Record) -> None:
        """Deletes a resource."""
        self._store.remove(record.id)

    def get(self, token: str, urn: str, resource_id: str, *, inputs: Values, outputs: Values) -> Record | None:
        """The resource with this id; of several, the best match by outputs, URN and inputs. None without a match.

        `inputs` and `outputs` are those that it is known to have, empty if unknown.
        """
        first = self._store.get(f"{token}/{resource_id}")
        alone = first is not None and first.urn == urn and self._store.get(f"{first.id}#{urn}") is None
        if alone:
            return first
        same = [one for one in self.all(token) if one.outputs.get("id") == resource_id]
        best = max(same, key=lambda one: _likeness(one, urn, inputs, outputs), default=None)
        sure = best is not None and (len(same) == 1 or any(_likeness(best, urn, inputs, outputs)))
        return best if sure else None


def _likeness(record: Record, urn: str, inputs: Values, outputs: Values) -> tuple[bool, bool, bool]:
    """How well the record matches: by outputs, URN and inputs."""
    known = {key: value for key, value in plain(record.outputs).items() if key != "id"}
    return known == plain(outputs), record.urn == urn, plain(record.inputs) == plain(inputs)
