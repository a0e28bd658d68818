"""The common run of preview, up, destroy and drift: parallel forces, progress, results, reports, exit status."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bluelamp.cli import begun, scheduled
from bluelamp.cli.board import Board
from bluelamp.cli.how import CHANGING, How, Work
from bluelamp.cli.notes import Notes
from bluelamp.cli.one_force import one_force
from bluelamp.cli.results import show_result
from bluelamp.cli.screen import Screen, escape
from bluelamp.cli.session import session
from bluelamp.cli.settings import read_settings
from bluelamp.core.commands import rehearsed
from bluelamp.core.patience import Patience
from bluelamp.errors import Status, worst
from bluelamp.fleet.deploy import Result
from bluelamp.fleet.parallel import each

if TYPE_CHECKING:
    from bluelamp.cli.rollout import Rollout


def run(screen: Screen, root: Path, forces: list[str], verb: str, how: How, work: Work) -> Status:
    """Does `work` for every force, shows the results, and returns the exit status.

    The settings of every force are read first, so that a mistake in any of them stops the run before it starts.
    """
    settings = read_settings(root, forces, rehearse=how.rehearse) if how.needs_settings else {}
    governed = begun.governed(root, forces) if how.needs_settings else {}
    rings = begun.rings(root, forces, verb, how)
    results = how.results
    notes = Notes()
    patience = Patience(how.wait, lambda said: screen.say(escape(said)))
    with (
        session(
            screen,
            root,
            rehearse=how.rehearse,
            arm_types=how.arm_types,
            kubeconfig=how.kubeconfig,
            changes=verb in CHANGING or how.repair,
            patience=patience,
        ) as held,
        screen.progress(left=len(forces) > 1) as progress,
        ExitStack() as stack,
    ):
        made_from = begun.made_from(root, forces, governed, held.version, how) if verb == "up" or how.save else None
        rollout = begun.rollout(screen, root, rings, made_from, how) if verb == "up" and made_from is not None else None
        board = Board(
            progress, forces if rollout is None else [each for ring in rings for each in rollout.waiting(ring)]
        )
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bluelamp-"))) if how.earlier else None
        machines = stack.enter_context(ExitStack())
        there = scheduled.machines(screen, machines, root, how)

        def one(force: str) -> Result:
            if rollout is not None:
                rollout.start(force)
            board.begin(force)
            try:
                result, lost = (
                    scheduled.performed(there, held, force, verb, how)
                    if there
                    else (one_force(held, force, settings, verb, how, work, board, patience, folder), False)
                )
                if rollout is not None:
                    rollout.end(force, result, interrupted=lost or patience.stopped.is_set())
                return _of_rehearsal(result) if how.rehearse else result
            finally:
                board.end(force)

        def show(result: Result) -> None:
            results.append(result)
            shown = replace(result, notes=(*result.notes, *notes.fresh(result.program_notes)))
            show_result(screen, shown, details=how.details, seen=how.seen.get(result.force))
            if screen.json:
                for message, _, step in (error.partition("; next: ") for error in result.errors):
                    first, *more = f"{result.force}: {message}".splitlines()
                    screen.error(first, step, more=more)

        try:
            for ring in rings if rollout is None else rollout.rings(board):
                todo = ring.stacks if rollout is None else rollout.waiting(ring)
                for result in each(
                    one, todo, how.jobs or (there.slots if there else None), scheduled.stopping(patience, there)
                ):
                    show(result)
        except KeyboardInterrupt:
            if rollout is not None:
                rollout.interrupt()
                _give(screen, root, verb, how, results, rollout)
            raise
        machines.close()
        saved = how.save.finish(screen, results, made_from) if how.save and made_from else None
        if how.report is not None:
            _report(screen, root, results, how, verb)
    _give(screen, root, verb, how, results, rollout, saved)
    return worst(result.status for result in results)


def _give(
    screen: Screen,
    root: Path,
    verb: str,
    how: How,
    results: list[Result],
    rollout: "Rollout | None",
    saved: dict[str, Any] | None = None,
) -> None:
    """Gives the result for JSON; for an interrupted run, the part that was done."""
    if not screen.json:
        return
    forces = [_given(root, result) for result in results]
    more: dict[str, dict[str, Any]] = {
        "preview": {"saved": saved},
        "drift": {"forces": [{**each, "drift": _drift(how, each["force"])} for each in forces]},
        "up": {"run": rollout and rollout.as_dict(), "plan": how.plan and how.plan.as_dict()},
    }
    screen.give({"verb": verb, "rehearsed": how.rehearse, "forces": forces, **more.get(verb, {})})


def _drift(how: How, force: str) -> dict[str, Any] | None:
    return how.drifting.as_dict(force) if how.drifting else None


def _given(root: Path, result: Result) -> dict[str, Any]:
    from bluelamp.infra.settings.environment import environment_of

    return {**result.as_dict(), "environment": environment_of(root, result.force)}


def _of_rehearsal(result: Result) -> Result:
    """A result with next steps for the rehearsal."""
    return replace(result, errors=tuple(map(rehearsed, result.errors)), notes=tuple(map(rehearsed, result.notes)))


def _report(screen: Screen, root: Path, results: list[Result], how: How, verb: str) -> None:
    from bluelamp.cli.preview_report import preview_reports
    from bluelamp.fleet.judge import judge_state
    from bluelamp.reports.statements.reading import with_statements
    from bluelamp.reports.words import one_line
    from bluelamp.reports.write import PAGES, write

    with screen.working("writing the report"):
        if verb == "preview":
            reports = preview_reports(screen, results, root, how)
        else:
            reports = [
                judge_state(one.force, one.state, root, block_unknown=how.block_unknown, decrypt=one.decrypt)
                for one in results
                if one.state
            ]
        if how.earlier:
            from bluelamp.reports.against import compared

            reports = [compared(each, how.earlier) for each in reports]
        elif how.base:
            from bluelamp.cli.comments import against_base

            reports = [against_base(each, how.base, root) for each in reports]
        reports = with_statements(root, reports)
        paths = write(reports, how.report) if how.report and reports else []
    for report in reports:
        screen.say(escape(f"{report.name}: {one_line(report)}"))
    for path in paths:
        if path.name in PAGES:
            screen.say(f"report: {escape(path)}")
