"""A unit of work: one verb on one force. It is pickled, sent to a worker, and run there in its own process."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from bluelamp.core.files import read
from bluelamp.core.patience import SHORT, Patience
from bluelamp.distributed.identity import Identity, identity
from bluelamp.errors import Status

if TYPE_CHECKING:
    from bluelamp.fleet.deploy import Result
    from bluelamp.fleet.drift_settings import Ignored
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

    @property
    def changes(self) -> bool:
        """Whether it may change anything."""
        return self.verb in CHANGING

    def run(self, root: Path) -> "Done":
        """The result of the verb, which may be a failure. Raises what the engine's set-up raises."""
        from bluelamp.cli.drifting import drifting
        from bluelamp.cli.one_force import run_alone
        from bluelamp.cli.run_options import RunOptions
        from bluelamp.cli.screen import Format, Screen
        from bluelamp.fleet import deploy

        screen = Screen(Format.TEXT, quiet=True)
        sifted = drifting(root, [self.force], rehearse=self.rehearse) if self.verb == "drift" else None
        options = RunOptions(
            self.rehearse,
            needs_settings=sifted is None,
            block_unknown=self.block_unknown,
            previous=self.previous,
            wait=self.wait,
        )

        def work(target: Any, hear: deploy.Hear, gate: deploy.Gate) -> "Result":
            if sifted is not None:
                return deploy.drift(target, hear, sifted.sift)
            if self.verb == "preview":
                return deploy.preview(
                    target, hear, refresh=self.refresh, expect_no_changes=self.expect_no_changes, gate=gate
                )
            return deploy.up(target, hear, refresh=self.refresh, agree=lambda _: True, gate=gate)

        result = run_alone(screen, root, self.force, self.verb, options, work, Patience(self.wait))
        ignored = sifted.ignored.get(self.force) if sifted else None
        return Done(replace(result, state=None, decrypt=None), ignored, kept_text(root, self.force))


@dataclass(frozen=True)
class Done:
    """The result of an `EngineJob`, without the state; the drift that filters ignore; and the force's address file,
    which `up` may have changed."""

    result: "Result"
    ignored: "list[Ignored] | None" = None
    kept: bytes | None = None


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
