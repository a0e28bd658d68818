"""Running the engine on the stack of a bootstrap, real or rehearsed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from bluelamp.bootstrap.project import outputs, write_project
from bluelamp.core.patience import Patience
from bluelamp.engine.find import Engine
from bluelamp.engine.operation import NO_STACK, Target, command, export, failed
from bluelamp.engine.own_python import prefer_own_python
from bluelamp.errors import BluelampError, Status
from bluelamp.fleet import deploy
from bluelamp.fleet.deploy import Agree, OnStep, Result
from bluelamp.folders import pack
from bluelamp.infra.program.bootstrap import PREFIX, PROJECT

_THERE: Final = "already exists"


@dataclass(frozen=True)
class Held:
    """The stack, ready to be worked on, and what an earlier run left that was repaired."""

    target: Target
    notes: tuple[str, ...] = ()


def work(target: Target, on_step: OnStep, agree: Agree, *, preview: bool, refresh: bool) -> Result:
    """Previews the bootstrap and, without `preview`, makes it where `agree` says so."""
    if preview:
        return deploy.preview(target, on_step, refresh=refresh, expect_no_changes=False)
    return deploy.up(target, on_step, refresh=refresh, agree=agree)


def real(root: Path, engine: Engine, force: str) -> Held:
    """The stack in the caller's own backend, which is created where it is new. Raises `BluelampError`."""
    environment = engine.environment()
    prefer_own_python(environment, root)
    target = Target(engine, PREFIX + force, _written(root, force), environment, packs=(pack(root),))
    run = command(target, ["stack", "init", target.stack, "--no-select"])
    if run.returncode and _THERE not in run.stderr:
        raise failed(target, run.stderr, "the stack cannot be created")
    return Held(target)


def real_outputs(target: Target) -> dict[str, str]:
    """The outputs of the stack in the caller's own backend; empty where there is no such stack."""
    try:
        return outputs(export(target))
    except BluelampError as error:
        if NO_STACK in error.message:
            return {}
        raise


@contextmanager
def rehearsed(
    root: Path, engine: Engine, force: str, *, arm_types: Path | None, changes: bool, patience: Patience
) -> Iterator["Rehearsed"]:
    """The stack in the rehearsal cloud, which is served until the block ends."""
    from bluelamp.rehearsal.session import rehearsal

    with rehearsal(root, engine, arm_types=arm_types, changes=changes, patience=patience) as held:
        target = replace(held.target(root, PROJECT, PREFIX + force), folder=_written(root, force))
        notes = held.recover(target, PROJECT).notes
        yield Rehearsed(target, tuple(notes), held)


@dataclass(frozen=True)
class Rehearsed(Held):
    """The stack in the rehearsal cloud."""

    rehearsal: Any = None

    def run(self, on_step: OnStep, agree: Agree, *, preview: bool) -> Result:
        """As `work`, with what a killed run leaves removed before the next one."""
        if preview:
            return work(self.target, on_step, agree, preview=True, refresh=False)
        with self.rehearsal.changing(self.target, PROJECT) as change:
            result = work(self.target, on_step, agree, preview=False, refresh=True)
            change.done = result.status is Status.DONE
        return result

    def outputs(self) -> Mapping[str, str]:
        """The stack's outputs; empty before it is deployed."""
        return outputs(self.rehearsal.state(self.target, PROJECT))


def _written(root: Path, force: str) -> Path:
    try:
        return write_project(root, PROJECT, force)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise BluelampError(
            f"{where}{error.strerror or error}", next_step="make the project's folder writable"
        ) from None
