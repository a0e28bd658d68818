"""A running rehearsal: an open store, served providers, and prepared stacks."""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bluelamp.core.patience import Patience
from bluelamp.core.resource import name_of
from bluelamp.core.text import first_of
from bluelamp.engine.find import Engine
from bluelamp.engine.operation import Target
from bluelamp.engine.own_python import prefer_own_python
from bluelamp.errors import RehearsalError
from bluelamp.folders import pack
from bluelamp.rehearsal import stack
from bluelamp.rehearsal.locks import Locks
from bluelamp.rehearsal.packages import Packages
from bluelamp.rehearsal.project import Project
from bluelamp.rehearsal.recovery import reconcile, recover
from bluelamp.rehearsal.sdk.search_path import search_path_of
from bluelamp.rehearsal.space import Space
from bluelamp.rehearsal.stack_run import StackRun
from bluelamp.rehearsal.store import Store, StoreError

_NEXT_STEP = "free disk space, then run the same command again"
_MOST = 5


@dataclass(frozen=True)
class Recovered:
    """The repairs of a stack before a run: the resources, as URNs, and a sentence for each repair."""

    urns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rehearsal:
    """A running rehearsal.

    `embedded` is whether the whole cloud is in the store; with a real API server it is not. `changes` is whether stacks
    may be changed; without it, several commands can read a stack at once. `patience` is for stacks that others have
    locked.
    """

    space: Space
    store: Store
    packages: Packages
    environment: dict[str, str]
    engine: Engine
    embedded: bool = True
    changes: bool = True
    locks: Locks = field(default_factory=Locks)
    patience: Patience = field(default_factory=Patience)
    _repaired: dict[tuple[str, str], Recovered] = field(default_factory=dict)

    def target(self, root: Path, project: str, slug: str) -> Target:
        """A stack of the project at `root`, with copied settings and a complete, unlocked, reconciled state.

        Raises `RehearsalError` if it cannot be prepared.
        """
        with storage_errors():
            settings = stack.prepare(self.space, project, root / "stacks" / f"Pulumi.{slug}.yaml")
        target = Target(self.engine, slug, root, self.environment, settings, (pack(root),))
        self.make_ready(target, project)
        return target

    def make_ready(self, target: Target, project: str) -> None:
        """Locks the stack, creates it if it is new, and repairs it after a crashed run (`recover`)."""
        lock = stack.lock_file(self.space, project, target.stack)
        with storage_errors():
            exclusive = self.locks.acquire(lock, target.stack, changing=self.changes, patience=self.patience)
            known = self.store.recorded_digest(project, target.stack) is not None
            prepared = stack.ready(target, self.space, project, known=known, patience=self.patience)
            if not exclusive:
                return  # the first reader has repaired the stack
            urns, notes = self._repair(target, project)
            self._repaired[project, target.stack] = Recovered(tuple(urns), (*prepared, *notes))
            if not self.changes:
                self.locks.share(lock)

    def recover(self, target: Target, project: str) -> Recovered:
        """The repairs made by `make_ready`."""
        return self._repaired.get((project, target.stack), Recovered())

    def state(self, target: Target, project: str) -> dict[str, Any]:
        """The stack's state, read without the engine."""
        return stack.state_of(self.space, project, target.stack)

    @contextmanager
    def changing(self, target: Target, project: str) -> Iterator[StackRun]:
        """A run of the engine that may change the stack. If the block is not left normally, the next run repairs it."""
        with storage_errors():
            change = StackRun(self.space, self.store, project, target.stack)
            change.begin()
        yield change
        change.end()

    def _repair(self, target: Target, project: str) -> tuple[list[str], list[str]]:
        urns: list[str] = []
        notes: list[str] = []
        state = stack.current(self.space, project, target.stack)
        if state is not None and state.latest.get("pending_operations"):
            urns += recover(target, self.packages.provider)
            notes += _note(urns, "left pending by an interrupted run: looked up, and the state corrected")
            state = stack.current(self.space, project, target.stack)
        if state is None or self.store.recorded_digest(project, target.stack) == state.digest:
            return urns, notes
        created = self.store.resources_of_stack(project, target.stack)
        external_packages = () if self.embedded else ("kubernetes",)
        found = reconcile(
            state.resources, created, self.store, self.packages.provider, external_packages=external_packages
        )
        if found.from_state:
            state = stack.write(self.space, project, target.stack, state.content)
        self.store.record_digest(project, target.stack, state.digest)
        stack.keep(self.space, project, target.stack, state)
        notes += _note(found.from_cloud, "in the rehearsal cloud but not in the state: removed from the cloud")
        notes += _note(found.from_state, "in the state but not in the rehearsal cloud: removed from the state")
        return [*urns, *found.from_cloud, *found.from_state], notes


def _note(urns: list[str] | tuple[str, ...], what: str) -> list[str]:
    """A sentence about the resources, with the first few names; none without resources."""
    if not urns:
        return []
    names = first_of([name_of(urn) for urn in urns], _MOST)
    return [f"{len(urns)} {'resource' if len(urns) == 1 else 'resources'} {what}: {names}"]


@contextmanager
def storage_errors() -> Iterator[None]:
    """Converts disk and store errors to `RehearsalError` with a next step."""
    try:
        yield
    except StoreError as error:
        raise RehearsalError(f"the rehearsal cloud's store cannot be used: {error}", next_step=_NEXT_STEP) from error
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise RehearsalError(f"{where}{error.strerror or error}", next_step=_NEXT_STEP) from error


@contextmanager
def rehearsal(
    root: Path,
    engine: Engine,
    *,
    arm_types: Path | None = None,
    kubeconfig: Path | None = None,
    changes: bool = True,
    serves: bool = True,
    patience: Patience | None = None,
) -> Iterator[Rehearsal]:
    """Opens the rehearsal cloud of the project at `root` and serves it to the engine until the block ends.

    With `changes` stacks are locked for this command alone; `patience` is how long to wait for a lock. Without `serves`
    states can be read, and nothing run. Raises `RehearsalError` if the cloud cannot be used, for example with another
    passphrase than before.
    """
    space = Space(root)
    try:
        with contextlib.closing(space.open_store()) as store:
            _unlock(store)
            project = Project.at(root)
            packages = Packages(
                store,
                arm_types=arm_types,
                kubeconfig=kubeconfig,
                search_path=search_path_of(root, project.content) if project and not project.is_ours else (),
                own=project.own_packages if project else (),
                program=project.program if project else None,
            )
            with _served(packages) if serves else contextlib.nullcontext("") as debug_providers:
                environment = space.environment(engine, debug_providers)
                prefer_own_python(environment, root)
                if kubeconfig is None:
                    environment["PULUMI_SKIP_CHECKPOINTS"] = "true"  # see `recovery`
                held = Rehearsal(space, store, packages, environment, engine, kubeconfig is None, changes)
                if patience is not None:
                    held = replace(held, patience=patience)
                try:
                    yield held
                finally:
                    held.locks.release()
    finally:
        with contextlib.suppress(OSError):
            space.restrict_permissions()


@contextmanager
def _served(packages: Packages) -> Iterator[str]:
    """Serves every package; yields the value of `PULUMI_DEBUG_PROVIDERS`."""
    from bluelamp.rehearsal.server import Server

    with Server(packages.all(), packages.schema) as server:
        yield server.debug_providers


def _unlock(store: Store) -> None:
    try:
        store.unlock()
    except StoreError as error:
        raise RehearsalError(
            f"the rehearsal cloud cannot be opened: {error}",
            next_step="set the passphrase, or reset the rehearsal with: bluelamp cloud reset",
        ) from error
