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
from bluelamp.rehearsal.changing import Change
from bluelamp.rehearsal.claims import Claims
from bluelamp.rehearsal.packages import Packages
from bluelamp.rehearsal.project import Project
from bluelamp.rehearsal.recovery import recover, roll_back
from bluelamp.rehearsal.sdk.places import places_of
from bluelamp.rehearsal.server import Server
from bluelamp.rehearsal.space import Space
from bluelamp.rehearsal.store import Store, StoreError

_AGAIN = "free disk space, then run the same command again"
_MOST = 5


@dataclass(frozen=True)
class Recovered:
    """The repairs of a stack before a run: the resources, as URNs, and each step in a sentence."""

    urns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rehearsal:
    """The resources of a running rehearsal.

    `embedded` is whether all of the cloud is the store; a real API server is not. `changes` is whether stacks may be
    changed: two commands that only look at a stack may run at once. `patience` is for stacks that others have claimed.
    """

    space: Space
    store: Store
    packages: Packages
    environment: dict[str, str]
    engine: Engine
    embedded: bool = True
    changes: bool = True
    claims: Claims = field(default_factory=Claims)
    patience: Patience = field(default_factory=Patience)
    _repaired: dict[tuple[str, str], Recovered] = field(default_factory=dict)

    def target(self, root: Path, project: str, slug: str) -> Target:
        """A stack of the project at `root`, made ready: its settings copied, its state whole, unlocked and in agreement
        with the cloud. Raises `RehearsalError` where that cannot be done."""
        with told():
            settings = stack.prepare(self.space, project, root / "stacks" / f"Pulumi.{slug}.yaml")
        target = Target(self.engine, slug, root, self.environment, settings, (pack(root),))
        self.make_ready(target, project)
        return target

    def make_ready(self, target: Target, project: str) -> None:
        """Repairs the stack after a crashed run, and creates a new stack; see `recover`."""
        lock = stack.lock_file(self.space, project, target.stack)
        with told():
            alone = self.claims.claim(lock, target.stack, changing=self.changes, patience=self.patience)
            known = self.store.agreed(project, target.stack) is not None
            said = stack.ready(target, self.space, project, known=known)
            if not alone:
                return
            # Another command that came first has repaired the stack already.
            urns, notes = self._repair(target, project)
            self._repaired[project, target.stack] = Recovered(tuple(urns), (*said, *notes))
            if not self.changes:
                self.claims.share(lock)

    def recover(self, target: Target, project: str) -> Recovered:
        """The repairs made while preparing the stack."""
        return self._repaired.get((project, target.stack), Recovered())

    def state(self, target: Target, project: str) -> dict[str, Any]:
        """The stack's state, read without the engine."""
        return stack.state_of(self.space, project, target.stack)

    @contextmanager
    def changing(self, target: Target, project: str) -> Iterator[Change]:
        """Surrounds a run of the engine that may change the stack.

        A run that ends in any other way than by leaving this block has its traces removed before the next one.
        """
        with told():
            change = Change(self.space, self.store, project, target.stack)
            change.begin()
        yield change
        change.end()

    def _repair(self, target: Target, project: str) -> tuple[list[str], list[str]]:
        urns: list[str] = []
        notes: list[str] = []
        state = stack.current(self.space, project, target.stack)
        if state is not None and state.latest.get("pending_operations"):
            urns += recover(target, self.packages.provider)
            notes += _note(urns, "left half done by an interrupted run: looked for, and the state corrected")
            state = stack.current(self.space, project, target.stack)
        if state is None or self.store.agreed(project, target.stack) == state.digest:
            return urns, notes
        made = self.store.of_stack(project, target.stack)
        elsewhere = () if self.embedded else ("kubernetes",)
        found = roll_back(state.resources, made, self.store, self.packages.provider, elsewhere=elsewhere)
        if found.from_state:
            state = stack.write(self.space, project, target.stack, state.content)
        self.store.agree(project, target.stack, state.digest)
        stack.keep(self.space, project, target.stack, state)
        notes += _note(found.from_cloud, "in the rehearsal cloud but not in the state: removed from the cloud")
        notes += _note(found.from_state, "in the state but not in the rehearsal cloud: removed from the state")
        return [*urns, *found.from_cloud, *found.from_state], notes


def _note(urns: list[str] | tuple[str, ...], what: str) -> list[str]:
    """A sentence on resources, of which only the first are named."""
    if not urns:
        return []
    names = first_of([name_of(urn) for urn in urns], _MOST)
    return [f"{len(urns)} {'resource' if len(urns) == 1 else 'resources'} {what}: {names}"]


@contextmanager
def told() -> Iterator[None]:
    """Turns errors of the disk and the store into a message with a next step."""
    try:
        yield
    except StoreError as error:
        raise RehearsalError(f"the rehearsal cloud's store cannot be used: {error}", next_step=_AGAIN) from error
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise RehearsalError(f"{where}{error.strerror or error}", next_step=_AGAIN) from error


@contextmanager
def rehearsal(
    root: Path,
    engine: Engine,
    *,
    arm_types: Path | None = None,
    kubeconfig: Path | None = None,
    changes: bool = True,
    patience: Patience | None = None,
) -> Iterator[Rehearsal]:
    """Opens the rehearsal cloud of the project at `root` and serves it until the block ends.

    With `changes` a stack that is worked on is kept from other commands meanwhile; `patience` says how long to wait for
    those that have it. Raises `RehearsalError` where the
    cloud cannot be used, as with another passphrase than its secrets were encrypted with.
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
                places=places_of(root, project.content) if project and not project.is_ours else (),
                own=project.own_packages if project else (),
                program=project.program if project else None,
            )
            with Server(packages.all(), packages.schema) as server:
                environment = space.environment(engine, server.debug_providers)
                prefer_own_python(environment, root)
                if kubeconfig is None:
                    environment["PULUMI_SKIP_CHECKPOINTS"] = "true"  # see `recovery`
                held = Rehearsal(space, store, packages, environment, engine, kubeconfig is None, changes)
                if patience is not None:
                    held = replace(held, patience=patience)
                try:
                    yield held
                finally:
                    held.claims.release()
    finally:
        with contextlib.suppress(OSError):
            space.tighten()


def _unlock(store: Store) -> None:
    try:
        store.unlock()
    except StoreError as error:
        raise RehearsalError(
            f"the rehearsal cloud cannot be opened: {error}",
            next_step="set the passphrase, or reset the rehearsal: bluelamp cloud reset",
        ) from error
