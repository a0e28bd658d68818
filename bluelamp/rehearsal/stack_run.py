"""A run of the engine on a stack: records the state before the run and reconciles it with the cloud afterwards."""

import contextlib

from bluelamp.core.resource import type_of
from bluelamp.rehearsal import stack
from bluelamp.rehearsal.provider import EXISTING
from bluelamp.rehearsal.space import Space
from bluelamp.rehearsal.store import Record, Store, StoreError


class StackRun:
    """A run that may change a stack. Set `done` on success."""

    def __init__(self, space: Space, store: Store, project: str, name: str) -> None:
        self.done = False
        self._space, self._store, self._project, self._name = space, store, project, name
        self._before = ""
        self._had = 0
        self._retained: set[str] = set()

    def begin(self) -> None:
        """Records the start of the run and backs up the state. Raises `StoreError` and `OSError`."""
        state = stack.current(self._space, self._project, self._name)
        if state is not None:
            stack.keep(self._space, self._project, self._name, state)
            self._before, self._had = state.digest, len(state.resources)
            self._retained = {one["urn"] for one in state.resources if one.get("retainOnDelete")}
        self._store.record_digest(self._project, self._name, "")

    def left(self) -> list[str]:
        """The ids of resources that the cloud still contains although the stack's state is empty.

        Resources with `retainOnDelete` do not count.
        """
        state = stack.current(self._space, self._project, self._name)
        if state is not None and state.resources:
            return []
        return [one.id for one in self._store.resources_of_stack(self._project, self._name) if self._counts(one)]

    def _counts(self, record: Record) -> bool:
        # An object that patches created outlives them. Its type differs from the patch's.
        return record.urn not in self._retained and type_of(record.urn) == record.type and EXISTING not in record.inputs

    @property
    def damaged(self) -> bool:
        """Whether the run has left an incomplete state file."""
        exists = stack.exists(self._space, self._project, self._name)
        return exists and stack.current(self._space, self._project, self._name) is None

    def end(self) -> None:
        """Records the digest of the state that the run has written. Does not raise if the disk is full.

        If there is no such state, the next run reconciles state and cloud.
        """
        with contextlib.suppress(StoreError, OSError):
            state = stack.current(self._space, self._project, self._name)
            if state is None:
                if not stack.exists(self._space, self._project, self._name):
                    self._store.forget_digest(self._project, self._name)
                    stack.forget(self._space, self._project, self._name)
                return
            if self.done and not state.resources:
                # Resources that the program only reads do not belong to the stack.
                for one in self._store.resources_of_stack(self._project, self._name):
                    if EXISTING in one.inputs:
                        self._store.remove(one.id)
            if not self.done and (
                state.digest == self._before or self._unknown({one["urn"] for one in state.resources})
            ):
                return
            stack.keep(self._space, self._project, self._name, state)
            self._store.record_digest(self._project, self._name, state.digest)

    def _unknown(self, urns: set[str]) -> bool:
        return any(one.urn not in urns for one in self._store.resources_of_stack(self._project, self._name))
