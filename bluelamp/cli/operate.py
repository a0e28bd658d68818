"""The common run of preview, up, destroy and drift: parallel forces, progress, results, reports, exit status."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bluelamp.cli import run_setup, scheduled
from bluelamp.cli.board import Board
from bluelamp.cli.files import refuse_unwritable_report
from bluelamp.cli.notes import Notes
from bluelamp.cli.one_force import one_force
from bluelamp.cli.results import show_result
from bluelamp.cli.run_options import CHANGING, RunOptions, Work
from bluelamp.cli.screen import Screen, escape
from bluelamp.cli.session import Session, session
from bluelamp.cli.settings import read_settings
from bluelamp.core.commands import rehearsed
from bluelamp.core.patience import Patience
from bluelamp.engine.interruption import interruptible
from bluelamp.errors import Status, worst
from bluelamp.fleet.deploy import Result
from bluelamp.fleet.parallel import each

if TYPE_CHECKING:
    from bluelamp.cli.rollout import Rollout
    from bluelamp.distributed.cluster import Cluster
    from bluelamp.fleet.waves import Ring
    from bluelamp.infra.force import Force


@dataclass
class _Run:
    """One verb on several forces in a session."""

    screen: Screen
    root: Path
    verb: str
    options: RunOptions
    work: Work
    session: Session
    settings: Mapping[str, "Force"]
    rings: "tuple[Ring, ...]"
    rollout: "Rollout | None"
    board: Board
    patience: Patience
    cluster: "Cluster | None"
    folder: Path | None
    """A temporary folder for the known findings of a previous report."""
    notes: Notes = field(default_factory=Notes)

    def every_ring(self) -> None:
        """Runs the verb on every force, ring by ring, and shows each result."""
        options, rollout = self.options, self.rollout
        stop = scheduled.stopping(self.patience, self.cluster)
        jobs = options.jobs or (self.cluster.slots if self.cluster else None)
        try:
            with interruptible():
                for ring in self.rings if rollout is None else rollout.rings(self.board):
                    stacks = ring.stacks if rollout is None else rollout.waiting(ring)
                    for result in each(self._force, stacks, jobs, stop):
                        self._show(result)
        except KeyboardInterrupt:
            if rollout is not None:
                rollout.interrupt()
                _give(self.screen, self.root, self.verb, options, rollout)
            raise

    def _force(self, force: str) -> Result:
        if self.rollout is not None:
            self.rollout.start(force)
        self.board.begin(force)
        try:
            result, lost = self._result(force)
            if self.rollout is not None:
                self.rollout.end(force, result, interrupted=lost or self.patience.stopped.is_set())
            return _of_rehearsal(result) if self.options.rehearse else result
        finally:
            self.board.end(force)

    def _result(self, force: str) -> tuple[Result, bool]:
        """The result on a force, and whether its worker was lost."""
        if self.cluster:
            return scheduled.run_on_worker(self.cluster, self.session, force, self.verb, self.options)
        result = one_force(
            self.session,
            force,
            self.settings,
            self.verb,
            self.options,
            self.work,
            self.board,
            self.patience,
            self.folder,
        )
        return result, False

    def _show(self, result: Result) -> None:
        self.options.results.append(result)
        shown = replace(result, notes=(*result.notes, *self.notes.fresh(result.program_notes)))
        show_result(self.screen, shown, details=self.options.details, seen=self.options.seen.get(result.force))


def run(screen: Screen, root: Path, forces: list[str], verb: str, options: RunOptions, work: Work) -> Status:
    """Does `work` for every force, shows the results, and returns the exit status.

    The settings of every force are read first, so that a mistake in any of them stops the run before it starts.
    """
    refuse_unwritable_report(options.report)
    settings = read_settings(root, forces, rehearse=options.rehearse) if options.needs_settings else {}
    governance = run_setup.governance_of(root, forces) if options.needs_settings else {}
    rings = run_setup.rings_of(root, forces, verb, options)
    patience = Patience(options.wait, lambda text: screen.say(escape(text)))
    saved = None
    with (
        session(
            screen,
            root,
            rehearse=options.rehearse,
            arm_types=options.arm_types,
            kubeconfig=options.kubeconfig,
            changes=verb in CHANGING or options.repair,
            patience=patience,
        ) as held,
        screen.progress(left=len(forces) > 1) as progress,
        ExitStack() as stack,
    ):
        inputs, rollout = None, None
        if verb == "up" or options.save:
            inputs = run_setup.update_inputs(root, forces, governance, held.version, options)
        if verb == "up" and inputs is not None:
            rollout = run_setup.rollout_of(screen, root, rings, inputs, options)
        waiting = forces if rollout is None else [each for ring in rings for each in rollout.waiting(ring)]
        board = Board(progress, waiting)
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bluelamp-"))) if options.previous else None
        with ExitStack() as workers:
            cluster = scheduled.enter_cluster(screen, workers, root, options)
            _Run(
                screen, root, verb, options, work, held, settings, rings, rollout, board, patience, cluster, folder
            ).every_ring()
        if options.save and inputs:
            saved = options.save.finish(screen, options.results, inputs)
        if options.report is not None:
            _report(screen, root, options, verb)
    _give(screen, root, verb, options, rollout, saved)
    return worst(result.status for result in options.results)


def _give(
    screen: Screen,
    root: Path,
    verb: str,
    options: RunOptions,
    rollout: "Rollout | None",
    saved: dict[str, Any] | None = None,
) -> None:
    """Gives the result for JSON; for an interrupted run, the part that was done."""
    if not screen.json:
        return
    forces = [_given(root, result) for result in options.results]
    more: dict[str, dict[str, Any]] = {
        "preview": {"saved": saved},
        "drift": {"forces": [{**each, "drift": _drift(options, each["force"])} for each in forces]},
        "up": {"run": rollout and rollout.as_dict(), "plan": options.plan and options.plan.as_dict()},
    }
    screen.give({"verb": verb, "rehearsed": options.rehearse, "forces": forces, **more.get(verb, {})})


def _drift(options: RunOptions, force: str) -> dict[str, Any] | None:
    return options.drifting.as_dict(force) if options.drifting else None


def _given(root: Path, result: Result) -> dict[str, Any]:
    from bluelamp.infra.settings.environment import environment_of

    return {**result.as_dict(), "environment": environment_of(root, result.force)}


def _of_rehearsal(result: Result) -> Result:
    """A result with next steps for the rehearsal."""
    return replace(result, errors=tuple(map(rehearsed, result.errors)), notes=tuple(map(rehearsed, result.notes)))


def _report(screen: Screen, root: Path, options: RunOptions, verb: str) -> None:
    from bluelamp.cli.preview_report import preview_reports
    from bluelamp.fleet.judge import judge_state
    from bluelamp.reports.statements.reading import with_statements
    from bluelamp.reports.words import one_line
    from bluelamp.reports.write import PAGES, write

    with screen.working("writing the report"):
        if verb == "preview":
            reports = preview_reports(screen, options.results, root, options)
        else:
            reports = [
                judge_state(one.force, one.state, root, block_unknown=options.block_unknown, decrypt=one.decrypt)
                for one in options.results
                if one.state
            ]
        if options.previous:
            from bluelamp.reports.against import compared

            reports = [compared(each, options.previous) for each in reports]
        elif options.base:
            from bluelamp.cli.comments import against_base

            reports = [against_base(each, options.base, root) for each in reports]
        reports = with_statements(root, reports)
        paths = write(reports, options.report) if options.report and reports else []
    for report in reports:
        screen.say(escape(f"{report.name}: {one_line(report)}"))
    for path in paths:
        if path.name in PAGES:
            screen.say(f"report: {escape(path)}")
