"""What preview, up, destroy and drift have in common: several forces at once, progress, results, reports, status."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TYPE_CHECKING, Any

from bluelamp.cli import scheduled
from bluelamp.cli.board import Board
from bluelamp.cli.notes import Notes
from bluelamp.cli.results import show_result
from bluelamp.cli.screen import Screen, escape
from bluelamp.cli.session import Session, opened, session
from bluelamp.core.commands import rehearsed
from bluelamp.core.patience import SHORT, Patience
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.text import first_of
from bluelamp.engine.operation import Target
from bluelamp.errors import BluelampError, Status, UsageError, worst
from bluelamp.fleet.aliases import refuse_versioned
from bluelamp.fleet.deploy import Gate, Hear, Result, nothing
from bluelamp.fleet.deployed import holds
from bluelamp.fleet.parallel import each
from bluelamp.policies.governance import BLOCK_UNKNOWN
from bluelamp.policies.known import KNOWN
from bluelamp.policies.known import write as write_known

if TYPE_CHECKING:
    from bluelamp.cli.drifting import Drifting
    from bluelamp.cli.rollout import Rollout
    from bluelamp.cli.saving import Save
    from bluelamp.comparison.model import Comparison
    from bluelamp.distributed.jobs import EngineJob
    from bluelamp.fleet.inputs import Inputs
    from bluelamp.fleet.saved import Opened
    from bluelamp.fleet.waves import Ring
    from bluelamp.infra.force import Force
    from bluelamp.plans import Plans
    from bluelamp.policies.governance import Governance
    from bluelamp.reports.earlier import Earlier

Work = Callable[[Target, Hear, Gate], Result]
_CHANGING = ("up", "destroy")
_PLANNING = ("preview", "up")
_DEPLOYED = ("destroy", "drift")
"""What needs something that is deployed."""
_LOCKED = "the stack is locked by another update"
_PAUSE = 5.0
"""Seconds between two attempts on a real stack that is locked."""


@dataclass(frozen=True)
class How:
    """How a verb was asked to work."""

    rehearse: bool = False
    jobs: int | None = None
    arm_types: Path | None = None
    kubeconfig: Path | None = None
    report: Path | None = None
    needs_settings: bool = True
    block_unknown: bool = False
    details: bool = False
    earlier: "Earlier | None" = None
    """The report whose findings are known and fail nothing."""
    plans: "Plans | None" = None
    """The kept plans that a report reuses."""
    base: "Comparison | None" = None
    """What the working files change against a base; reports then say which findings are new."""
    results: list[Result] = field(default_factory=list)
    """Takes the result of each force as it comes."""
    seen: Mapping[str, Result] = field(default_factory=dict)
    """By force, the preview that was shown before a change was confirmed."""
    named: bool = True
    """Whether the forces were named one by one, so that `stacks/waves.yaml` does not order them."""
    resume: bool = False
    wait: float = SHORT
    """Seconds to wait for a force that another command is changing."""
    drifting: "Drifting | None" = None
    repair: bool = False
    """Whether a drift may be repaired, which changes stacks."""
    save: "Save | None" = None
    plan: "Opened | None" = None
    scheduler: str | None = None
    """The Dask scheduler whose workers do the work."""
    job: "Callable[[str], EngineJob] | None" = None
    """With a scheduler: what a worker is given for a force."""


def run(screen: Screen, root: Path, forces: list[str], verb: str, how: How, work: Work) -> Status:
    """Does `work` for every force, shows what came of it, and says how the command must end.

    Settings are read first, of every force, so that a mistake in one is told before anything is begun.
    """
    settings = read_settings(root, forces, rehearse=how.rehearse) if how.needs_settings else {}
    governed = _governed(root, forces) if how.needs_settings else {}
    rings = _rings(root, forces, verb, how)
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
            changes=verb in _CHANGING or how.repair,
            patience=patience,
        ) as held,
        screen.progress(left=len(forces) > 1) as progress,
        ExitStack() as stack,
    ):
        made_from = _made_from(root, forces, governed, held.version, how) if verb == "up" or how.save else None
        rollout = _rollout(screen, root, rings, made_from, how) if verb == "up" and made_from is not None else None
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
                    else (_one(held, force, settings, verb, how, work, board, patience, folder), False)
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


def alone(screen: Screen, root: Path, force: str, verb: str, how: How, work: Work, patience: Patience) -> Result:
    """Does `work` for one force, without a word, a record or a report: what a worker on another machine does.

    Raises `SettingsError` for its settings, and `BluelampError` where the engine or the rehearsal cannot be used.
    """
    settings = read_settings(root, [force], rehearse=how.rehearse) if how.needs_settings else {}
    with (
        session(
            screen,
            root,
            rehearse=how.rehearse,
            arm_types=None,
            kubeconfig=None,
            changes=verb in _CHANGING,
            patience=patience,
        ) as held,
        screen.progress() as progress,
        TemporaryDirectory(prefix="bluelamp-") as folder,
    ):
        return _one(held, force, settings, verb, how, work, Board(progress, [force]), patience, Path(folder))


def _give(
    screen: Screen,
    root: Path,
    verb: str,
    how: How,
    results: list[Result],
    rollout: "Rollout | None",
    saved: dict[str, Any] | None = None,
) -> None:
    """Gives the result for JSON: of an interrupted run, what was done until then."""
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


def _made_from(
    root: Path, forces: list[str], governed: "Mapping[str, Governance]", version: str, how: How
) -> "Inputs | None":
    """What updates of the forces are made from; None where no settings were read.

    Raises `UsageError` where a saved plan that is to be applied was made from something else.
    """
    if not governed:
        return None
    from bluelamp.fleet.inputs import inputs

    plans = how.save.folder if how.save else how.plan.folder if how.plan else None
    found = inputs(root, forces, governed, version, plans)
    if how.plan is not None:
        how.plan.refuse_changes(found, forces, rehearse=how.rehearse)
    return found


def _governed(root: Path, forces: list[str]) -> "dict[str, Governance]":
    from bluelamp.governance.read import every

    return every(root, forces)


def _rings(root: Path, forces: list[str], verb: str, how: How) -> "tuple[Ring, ...]":
    """The rings of an update; every other verb works on all forces alike."""
    from bluelamp.fleet.waves import Ring

    if verb != "up":
        return (Ring("", tuple(forces)),)
    from bluelamp.cli.rollout import rings_for
    from bluelamp.cli.select import with_stacks

    return rings_for(root, forces, with_stacks(root), named=how.named)


def _rollout(screen: Screen, root: Path, rings: "tuple[Ring, ...]", made_from: "Inputs", how: How) -> "Rollout":
    from bluelamp.cli.rollout import Rollout
    from bluelamp.fleet.run_record import RunRecord

    record = RunRecord(root, rehearse=how.rehearse)
    return Rollout(screen, record, rings, made_from, resume=how.resume, command=_again())


def _again() -> str:
    """The command that was given, with `--resume`."""
    import shlex
    import sys

    words = [word for word in sys.argv[1:] if word != "--resume"]
    return shlex.join(["bluelamp", *words, "--resume"])


def _given(root: Path, result: Result) -> dict[str, Any]:
    from bluelamp.infra.settings.environment import environment_of

    return {**result.as_dict(), "environment": environment_of(root, result.force)}


def _of_rehearsal(result: Result) -> Result:
    """A result whose next steps are for the rehearsal."""
    return replace(result, errors=tuple(map(rehearsed, result.errors)), notes=tuple(map(rehearsed, result.notes)))


def for_rehearsal(problem: Problem) -> Problem:
    """The problem with the rehearsal's commands in its next step."""
    return replace(problem, next_step=rehearsed(problem.next_step))


def read_settings(root: Path, forces: list[str], *, rehearse: bool | None = False) -> dict[str, "Force"]:
    """The settings of each force. Raises `SettingsError` with every mistake in those of every one of `forces`.

    The next steps of mistakes are for the rehearsal with `rehearse`; where it is None, as for a verb without a cloud,
    for that of each force that a rehearsal holds.
    """
    from bluelamp.fleet.rehearsed import state_of
    from bluelamp.infra.force import load

    read: dict[str, Force] = {}
    problems: list[Problem] = []
    for force in forces:
        try:
            read[force] = load(force, root=root)
        except SettingsError as error:
            held = holds(state_of(root, force)) if rehearse is None else rehearse
            problems += map(for_rehearsal, error.problems) if held else error.problems
    if problems:
        raise SettingsError(problems)
    return read


def _one(
    held: Session,
    force: str,
    settings: Mapping[str, "Force"],
    verb: str,
    how: How,
    work: Work,
    board: Board,
    patience: Patience,
    folder: Path | None = None,
) -> Result:
    try:
        target = held.target(force)
        target = _told(target, how, folder)
        recovered, notes = tuple(held.recover(target)), tuple(held.notes(target))
        drops = force in settings and settings[force].version_aliases == "drop"
        # Read once: of a real backend that is a run of the engine.
        before = held.state(target) if drops or verb in (*_DEPLOYED, *_PLANNING) else {}
        _compare(force, before, how, drops=drops)
        if force in settings and verb in _PLANNING:
            from bluelamp.fleet.keeping import ready

            ready(held.root, settings[force], before, keeps=verb == "up")
        empty = verb in _DEPLOYED and _nothing(before, verb)
        if empty and verb not in _CHANGING:
            result = nothing(force, verb)
        else:
            # Also where the state is empty: the rehearsal cloud may hold what the state does not know.
            gate = _gate(held, settings[force], before) if verb in _PLANNING and force in settings else _open
            heard = board.hear(force)
            result = _patiently(
                lambda: _worked(held, target, verb, how, lambda: work(target, heard, gate)), force, verb, patience
            )
            if empty and result.status is Status.DONE:
                result = nothing(force, verb)
        if verb == "preview" and result.status in (Status.DONE, Status.CHANGES_FOUND, Status.RULES_BROKEN):
            result = _priced(result, before, held.root)
        if verb == "destroy" and result.status is Status.DONE:
            _forget(held.root, force, rehearse=how.rehearse)
        if not result.deployed and verb == "drift":
            result = replace(result, errors=(f"{result.errors[0]}; next: {_up(force, how)}",))
        result = replace(result, recovered=recovered, notes=(*notes, *result.notes))
        if how.report is not None and result.status is Status.DONE and verb not in ("destroy", "preview"):
            state, decrypt = opened(held, target)
            result = replace(result, state=state, decrypt=decrypt)
    except BluelampError as error:
        said = error.message + (f"; next: {error.next_step}" if error.next_step else "")
        return Result(force, verb, error.status, errors=(said,))
    except SettingsError as error:
        return Result(force, verb, Status.WRONG_USE, errors=tuple(map(str, error.problems)))
    return result


def _told(target: Target, how: How, folder: Path | None) -> Target:
    """The target, with what its policy pack blocks, and a file in `folder` that names the findings that are known."""
    environment = {name: text for name, text in target.environment.items() if name != KNOWN}
    if how.block_unknown:
        environment[BLOCK_UNKNOWN] = "1"
    if how.earlier and folder and (before := how.earlier.forces.get(target.stack)):
        file = folder / f"{target.stack}.json"
        write_known(file, target.stack, {key: each.before for key, each in before.findings.items()})
        environment[KNOWN] = str(file)
    return replace(target, environment=environment)


def _compare(force: str, before: Mapping[str, Any], how: How, *, drops: bool) -> None:
    """Raises `UsageError` where the force's state is not one that this run may start from."""
    if drops:
        refuse_versioned(force, before)
    if how.plan is not None:
        how.plan.refuse_state(force, before)
    if how.save is not None:
        how.save.saving.starts_from(force, before)


def _patiently(work: Callable[[], Result], force: str, verb: str, patience: Patience) -> Result:
    """Does the work, again and again while another command has the stack locked and there is patience left."""
    since, told = monotonic(), False
    while True:
        result = work()
        locked = next((error for error in result.errors if _LOCKED in error), "")
        if verb not in _CHANGING or result.status is not Status.FAILED or not locked:
            return result
        if not told and patience.seconds > SHORT:
            told = True
            patience.say(f"{force}: {locked.partition('; next: ')[0]}; waiting")
        if not patience.wait(since, _PAUSE):
            return result


def _forget(root: Path, force: str, *, rehearse: bool) -> None:
    """A force that was destroyed is not done any more, whatever an earlier `up` has recorded."""
    from bluelamp.fleet.run_record import RunRecord

    with suppress(OSError):
        RunRecord(root, rehearse=rehearse).forget(force)


def _priced(result: Result, before: Mapping[str, Any], root: Path) -> Result:
    """The result of a preview with what its changes cost; a mistake in the files of use and hardware is a warning."""
    from bluelamp.cost.preview import cost_of_steps

    try:
        return replace(result, cost=cost_of_steps(before, result.steps, result.force, root))
    except (SettingsError, BluelampError) as error:
        problems = error.problems if isinstance(error, SettingsError) else (error.message,)
        return replace(result, warnings=(*result.warnings, *(f"the cost is not known: {each}" for each in problems)))


def _nothing(state: Mapping[str, Any], verb: str) -> bool:
    """Whether the state says that nothing is deployed; one that cannot be read leaves that to the engine.

    What is not in a cloud, such as the stack itself, is nothing to compare, but is destroyed.
    """
    if "deployment" not in state:
        return False
    deployment = state["deployment"] or {}
    left = deployment.get("resources") or deployment.get("pending_operations")
    return not left if verb == "destroy" else not holds(state)


def _up(force: str, how: How) -> str:
    return f"bluelamp up {'--rehearse ' if how.rehearse else ''}{force}"


def _open(planned: Result) -> Result:
    return planned


def _gate(held: Session, force: "Force", state: Mapping[str, Any]) -> Gate:
    """Refuses what cannot be done to what is deployed: tried out where the preview has more than additions."""

    def gate(planned: Result) -> Result:
        from bluelamp.fleet import trying

        if not trying.is_risky(planned) or not holds(state):
            return planned
        try:
            trying.refuse(force, held.root, trying.Deployed(state, held.store))
        except UsageError as error:
            said = f"{error.message}; next: {error.next_step}"
            return replace(planned, status=Status.WRONG_USE, errors=(said,))
        return planned

    return gate


def _worked(held: Session, target: Target, verb: str, how: How, work: Callable[[], Result]) -> Result:
    """Does the work; a stack is not destroyed while the rehearsal cloud holds any of it."""
    if verb not in _CHANGING and not how.repair:
        return work()
    with held.changing(target) as run:
        result = work()
        left = run.left() if result.verb == "destroy" and result.status is Status.DONE else []
        if left:
            error = (
                f"the rehearsal cloud still holds {len(left)} resources of {target.stack}: {first_of(left, 5)}; "
                "next: run the same command again: it removes them"
            )
            result = replace(result, status=Status.FAILED, errors=(*result.errors, error))
        run.done = result.status in (Status.DONE, Status.CHANGES_FOUND)
    return result


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
