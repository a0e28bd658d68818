"""One run of the engine on a stack: records the state before it, and checks that state and cloud agree after it."""

import contextlib

from bluelamp.core.resource import type_of
from bluelamp.rehearsal import stack
from bluelamp.rehearsal.provider import EXISTING
from bluelamp.rehearsal.space import Space
from bluelamp.rehearsal.store import Record, Store, StoreError


class Change:
    """A run that may change a stack. Set `done` on success."""

    def __init__(self, space: Space, store: Store, project: str, name: str) -> None:
        self.done = False
        self._space, self._store, self._project, self._name = space, store, project, name
        self._before = ""
        self._had = 0
        self._retained: set[str] = set()

    def begin(self) -> None:
        """Records that a run has started, and keeps a copy of the state. Raises `StoreError` and `OSError`."""
        state = stack.current(self._space, self._project, self._name)
        if state is not None:
            stack.keep(self._space, self._project, self._name, state)
            self._before, self._had = state.digest, len(state.resources)
            self._retained = {one["urn"] for one in state.resources if one.get("retainOnDelete")}
        self._store.agree(self._project, self._name, "")

    def left(self) -> list[str]:
        """The ids of what the cloud still holds of a stack that has no resources any more; of another, nothing.

        What the program asks to keep (`retainOnDelete`) does not count.
        """
        state = stack.current(self._space, self._project, self._name)
        if state is not None and state.resources:
            return []
        return [one.id for one in self._store.of_stack(self._project, self._name) if self._counts(one)]

    def _counts(self, record: Record) -> bool:
        # An object that only patches have made stays when they end; its own type is not the patch's.
        return record.urn not in self._retained and type_of(record.urn) == record.type and EXISTING not in record.inputs

    @property
    def damaged(self) -> bool:
        """Whether the run has left an incomplete state file."""
        there = stack.exists(self._space, self._project, self._name)
        return there and stack.current(self._space, self._project, self._name) is None

    def end(self) -> None:
        """Notes the state that the cloud agrees with now, where the run has written one; never raises for a full disk.

        Where it has not, the next run makes the two agree.
        """
        with contextlib.suppress(StoreError, OSError):
            state = stack.current(self._space, self._project, self._name)
            if state is None:
                if not stack.exists(self._space, self._project, self._name):
                    self._store.disown(self._project, self._name)
                    stack.forget(self._space, self._project, self._name)
                return
            if self.done and not state.resources:
                # A resource that a program only reads never belonged to the stack.
                for one in self._store.of_stack(self._project, self._name):
                    if EXISTING in one.inputs:
                        self._store.remove(one.id)
            if not self.done and (
                state.digest == self._before or self._unknown({one["urn"] for one in state.resources})
            ):
                return
            stack.keep(self._space, self._project, self._name, state)
            self._store.agree(self._project, self._name, state.digest)

    def _unknown(self, urns: set[str]) -> bool:
        return any(one.urn not in urns for one in self._store.of_stack(self._project, self._name))
