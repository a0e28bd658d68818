"""A unit of work: one verb on one force. It is pickled, sent to a worker, and run there in its own process."""

from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, Protocol

from bluelamp.core.files import read
from bluelamp.core.patience import SHORT, Patience
from bluelamp.distributed.identity import Identity, identity
from bluelamp.errors import Status

if TYPE_CHECKING:
    from bluelamp.cli.drifting import Drifted
    from bluelamp.fleet.deploy import Result
    from bluelamp.fleet.saved import Opened, PlanFiles, Planned
    from bluelamp.reports.previous_report import PreviousReport

CHANGING: Final = ("up",)
"""Verbs that are not retried, as it is unknown what the first attempt changed."""
_LARGEST: Final = 1 << 20


class Job(Protocol):
    """Work for a worker."""

    @property
    def force(self) -> str:
        """The force; empty for work on none."""

    @property
    def changes(self) -> bool:
        """Whether it may change anything."""

    def run(self, root: Path) -> Any:
        """Does the work in the project at `root` and returns a picklable result."""


@dataclass(frozen=True)
class Task:
    """A job and the identity that its worker must have; without `like` any worker is suitable."""

    job: Job
    like: Identity | None = None
    same_folder: bool = False


@dataclass(frozen=True)
class IdentifyJob:
    """Reports the worker's identity."""

    force: str = ""
    changes: bool = False

    def run(self, root: Path) -> Identity:
        """The worker's identity."""
        return identity(root)


@dataclass(frozen=True)
class CheckJob:
    """Plans a force and judges the plan, as `bluelamp check` does."""

    force: str
    block_unknown: bool = False
    keep: bool = True
    """Whether the plan is cached for later runs, in the worker's own folder."""
    changes: bool = False

    def run(self, root: Path) -> Any:
        """The force's `Check`. Raises what `check_plan` raises."""
        from bluelamp.cli.reuse import plans_of
        from bluelamp.fleet.judge import check_plan

        plans = plans_of(root, no_cache=not self.keep)
        return check_plan(self.force, root, block_unknown=self.block_unknown, changes=True, plans=plans)


@dataclass(frozen=True)
class EngineJob:
    """Runs a verb of the engine on a force, as `bluelamp preview`, `up` and `drift` do."""

    verb: str
    force: str
    rehearse: bool = False
    refresh: bool = False
    expect_no_changes: bool = False
    block_unknown: bool = False
    wait: float = SHORT
    previous: "PreviousReport | None" = None
    engine: str = ""
    """The version of the command's engine, which the worker's must be too."""
    save: bool = False
    """Whether the engine's plan of a preview is stored."""
    plan: "PlanFiles | None" = None
    """The saved plan that `up` applies."""
    repair: bool = False
    """Whether drift is repaired if the settings allow it."""

    @property
    def changes(self) -> bool:
        """Whether it may change anything."""
        return self.verb in CHANGING or self.repair

    def run(self, root: Path) -> "Done | Refused":
        """The result of the verb, which may be a failure. Raises what the engine's set-up raises."""
        from bluelamp.cli.one_force import OtherEngineError

        with TemporaryDirectory(prefix="bluelamp-job-") as work:
            try:
                return self._done(root, Path(work))
            except OtherEngineError as error:
                return Refused((error.message,))

    def _done(self, root: Path, work: Path) -> "Done":
        from bluelamp.cli.drifting import drifting
        from bluelamp.cli.one_force import run_alone
        from bluelamp.cli.run_options import RunOptions
        from bluelamp.cli.screen import Format, Screen
        from bluelamp.fleet import deploy
        from bluelamp.fleet.applying import apply_saved
        from bluelamp.fleet.saved import Saving

        force, screen = self.force, Screen(Format.TEXT, quiet=True)
        sifted = drifting(root, [force], rehearse=self.rehearse) if self.verb == "drift" else None
        saving = Saving(work, {}) if self.save else None
        opened = self._opened(self.plan, root, work) if self.plan is not None else None
        options = RunOptions(
            self.rehearse,
            needs_settings=sifted is None,
            block_unknown=self.block_unknown,
            previous=self.previous,
            wait=self.wait,
            repair=self.repair,
            saving=saving,
            plan=opened,
        )

        def one(target: Any, on_step: deploy.OnStep, gate: deploy.Gate) -> "Result":
            if sifted is not None:
                drifted = deploy.drift(target, on_step, sifted.sift)
                return sifted.repair(target, on_step, drifted, lambda _: True) if self.repair else drifted
            if self.verb == "preview":
                save = saving.plan_of(force) if saving else None
                return deploy.preview(
                    target,
                    on_step,
                    refresh=self.refresh,
                    expect_no_changes=self.expect_no_changes,
                    gate=gate,
                    save=save,
                )
            if opened is not None:
                return apply_saved(opened, target, on_step, work, lambda _: True)
            return deploy.up(target, on_step, refresh=self.refresh, agree=lambda _: True, gate=gate)

        result = run_alone(screen, root, force, self.verb, options, one, Patience(self.wait), self.engine)
        return Done(
            replace(result, state=None, decrypt=None),
            kept_text(root, force),
            saving.planned(force) if saving and result.completed else None,
            sifted.found(force) if sifted else None,
        )

    def _opened(self, plan: "PlanFiles", root: Path, work: Path) -> "Opened":
        """The saved plan. Raises `UsageError` unless it is signed by a key that this machine knows and its inputs are
        the same here."""
        from bluelamp.fleet.inputs import inputs
        from bluelamp.governance.read import every
        from bluelamp.reports.signers import known_signers

        opened = plan.open(work / "plans", known_signers(root))
        found = inputs(root, [self.force], every(root, [self.force]), self.engine)
        # The command compares the commit; a worker's files need not be a checkout.
        found = replace(found, commit=opened.manifest.commit, dirty=opened.manifest.dirty)
        opened.refuse_changes(found, [self.force], rehearse=self.rehearse)
        return opened


@dataclass(frozen=True)
class Done:
    """The result of an `EngineJob`, without the state; the force's address file, which `up` may have changed; the plan
    to be signed; and the additions of `drift`."""

    result: "Result"
    kept: bytes | None = None
    planned: "Planned | None" = None
    drift: "Drifted | None" = None


def kept_file(root: Path, force: str) -> Path:
    """The file with the address ranges of a force's networks."""
    from bluelamp.infra.settings.address_file import kept_of
    from bluelamp.infra.settings.register import read_register

    return root / kept_of(read_register(root).entry(force), root).file


def kept_text(root: Path, force: str) -> bytes | None:
    """The content of `kept_file`; None if it does not exist."""
    try:
        return read(kept_file(root, force), _LARGEST)
    except FileNotFoundError:
        return None


@dataclass(frozen=True)
class Refused:
    """The worker is not suitable, because of these differences."""

    differences: tuple[str, ...]


@dataclass(frozen=True)
class Interrupted:
    """The work started but did not finish, so it is unknown what it changed. `why` is the reason."""

    why: str
    status: Status = Status.FAILED
