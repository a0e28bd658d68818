"""A rehearsal under way: the store is open, the providers are served, and stacks can be worked on."""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bluelamp.engine.find import Engine
from bluelamp.engine.operation import Target
from bluelamp.rehearsal import stack
from bluelamp.rehearsal.packages import Packages
from bluelamp.rehearsal.recovery import recover, roll_back
from bluelamp.rehearsal.server import Server
from bluelamp.rehearsal.space import Space
from bluelamp.rehearsal.store import Store


@dataclass(frozen=True)
class Rehearsal:
    """What a rehearsal needs while it lasts."""

    space: Space
    store: Store
    packages: Packages
    environment: dict[str, str]
    engine: Engine
    embedded: bool = True
    """Whether all of the cloud is the store; a real API server is not."""

    def target(self, root: Path, project: str, slug: str) -> Target:
        """A stack of the project at `root`, made ready: its settings copied, its state sound and unlocked."""
        settings = stack.prepare(self.space, project, root / "stacks" / f"Pulumi.{slug}.yaml")
        target = Target(self.engine, slug, root, self.environment, settings, (root / "policies",))
        stack.ready(target, self.space, project)
        return target

    def recover(self, target: Target, project: str) -> list[str]:
        """Mends what an interrupted run left half done; its URNs."""
        urns = stack.mend(
            self.space,
            project,
            target.stack,
            lambda checkpoint: (
                roll_back(checkpoint, target.stack, project, self.store, self.packages.provider)
                if self.embedded
                else []
            ),
        )
        if not stack.state_of(self.space, project, target.stack).get("deployment", {}).get("pending_operations"):
            return urns
        return urns + recover(target, self.packages.provider)

    def state(self, target: Target, project: str) -> dict[str, Any]:
        """The stack's state, read without the engine."""
        return stack.state_of(self.space, project, target.stack)


@contextmanager
def rehearsal(
    root: Path, engine: Engine, *, arm_types: Path | None = None, kubeconfig: Path | None = None
) -> Iterator[Rehearsal]:
    """Opens the rehearsal cloud of the project at `root` and serves it until the block ends."""
    space = Space(root)
    with contextlib.closing(space.open_store()) as store:
        packages = Packages(store, arm_types=arm_types, kubeconfig=kubeconfig)
        with Server(packages.all()) as server:
            environment = space.environment(engine, server.debug_providers)
            if kubeconfig is None:
                environment["PULUMI_SKIP_CHECKPOINTS"] = "true"  # see `recovery`
            yield Rehearsal(space, store, packages, environment, engine, kubeconfig is None)
