"""What preview, up, destroy and drift have in common: several forces at once, progress, results, reports, status."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from rich.progress import Progress, TaskID

from bluelamp.cli.results import show_result
from bluelamp.cli.screen import Screen, escape
from bluelamp.cli.session import Session, opened, session
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.engine.events import Step
from bluelamp.engine.operation import Target
from bluelamp.errors import BluelampError, Status, worst
from bluelamp.fleet.aliases import refuse_versioned
from bluelamp.fleet.deploy import Hear, Result, nothing
from bluelamp.fleet.deployed import holds
from bluelamp.fleet.parallel import each
from bluelamp.policies.governance import BLOCK_UNKNOWN

if TYPE_CHECKING:
    from bluelamp.infra.force import Force

Work = Callable[[Target, Hear], Result]
_CHANGING = ("up", "destroy")
_DEPLOYED = ("destroy", "drift")
"""What needs something that is deployed."""


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


def run(screen: Screen, root: Path, forces: list[str], verb: str, how: How, work: Work) -> Status:
    """Does `work` for every force, shows what came of it, and says how the command must end.

    Settings are read first, of every force, so that a mistake in one is told before anything is begun.
    """
    settings = read_settings(root, forces) if how.needs_settings else {}
    if how.needs_settings:
        from bluelamp.governance.read import every as governance

        governance(root, forces)
    results: list[Result] = []
    with (
        session(
            screen,
            root,
            rehearse=how.rehearse,
            arm_types=how.arm_types,
            kubeconfig=how.kubeconfig,
            changes=verb in _CHANGING,
        ) as held,
        screen.progress() as progress,
    ):
        board = _Board(progress, forces)

        def one(force: str) -> Result:
            return _one(held, force, settings, verb, how, work, board)

        for result in each(one, forces, how.jobs):
            results.append(result)
            board.end(result.force)
            show_result(screen, result)
        if how.report is not None and any(result.state for result in results):
            _report(screen, root, [result for result in results if result.state], how)
    screen.give({"verb": verb, "rehearsed": how.rehearse, "forces": [result.as_dict() for result in results]})
    return worst(result.status for result in results)


def read_settings(root: Path, forces: list[str]) -> dict[str, "Force"]:
    """The settings of each force. Raises `SettingsError` with every mistake in those of every one of `forces`."""
    from bluelamp.infra.force import load

    read: dict[str, Force] = {}
    problems: list[Problem] = []
    for force in forces:
        try:
            read[force] = load(force, root=root)
        except SettingsError as error:
            problems += error.problems
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
    board: "_Board",
) -> Result:
    try:
        target = held.target(force)
        if how.block_unknown:
            target = replace(target, environment={**target.environment, BLOCK_UNKNOWN: "1"})
        recovered, notes = tuple(held.recover(target)), tuple(held.notes(target))
        drops = force in settings and settings[force].version_aliases == "drop"
        # Read once: of a real backend that is a run of the engine.
        before = held.state(target) if drops or verb in _DEPLOYED else {}
        if drops:
            refuse_versioned(force, before)
        empty = verb in _DEPLOYED and _nothing(before, verb)
        if empty and verb not in _CHANGING:
            result = nothing(force, verb)
        else:
            # Also where the state is empty: the rehearsal cloud may hold what the state does not know.
            result = _worked(held, target, verb, work, board.hear(force))
            if empty and result.status is Status.DONE:
                result = nothing(force, verb)
        if not result.deployed and verb == "drift":
            result = replace(result, errors=(f"{result.errors[0]}; next: {_up(force, how)}",))
        result = replace(result, recovered=recovered, notes=(*notes, *result.notes))
        if how.report is not None and result.status is Status.DONE and verb != "destroy":
            state, decrypt = opened(held, target)
            result = replace(result, state=state, decrypt=decrypt)
    except BluelampError as error:
        said = error.message + (f"; next: {error.next_step}" if error.next_step else "")
        return Result(force, verb, Status.FAILED, errors=(said,))
    return result


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


def _worked(held: Session, target: Target, verb: str, work: Work, hear: Hear) -> Result:
    """Does the work; a stack is not destroyed while the rehearsal cloud holds any of it."""
    if verb not in _CHANGING:
        return work(target, hear)
    with held.changing(target) as run:
        result = work(target, hear)
        left = run.left() if result.verb == "destroy" and result.status is Status.DONE else []
        if left:
            some = ", ".join(left[:5]) + (f" and {len(left) - 5} more" if len(left) > 5 else "")
            error = (
                f"the rehearsal cloud still holds {len(left)} resources of {target.stack}: {some}; "
                "next: run the same command again: it removes them"
            )
            result = replace(result, status=Status.FAILED, errors=(*result.errors, error))
        run.done = result.status is Status.DONE
    return result


def _report(screen: Screen, root: Path, results: list[Result], how: How) -> None:
    from bluelamp.fleet.judge import judge_state
    from bluelamp.reports import write
    from bluelamp.reports.words import one_line

    with screen.working("writing the report"):
        reports = [
            judge_state(result.force, result.state or {}, root, block_unknown=how.block_unknown, decrypt=result.decrypt)
            for result in results
        ]
        paths = write(reports, how.report) if how.report else []
    for report in reports:
        screen.say(escape(f"{report.name}: {one_line(report)}"))
    for path in paths:
        if path.suffix == ".html":
            screen.say(f"report: {escape(path)}")


class _Board:
    """A line of progress for each force, drawn as its steps are heard."""

    def __init__(self, progress: Progress, forces: list[str]) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}
        self._planned: dict[str, set[str]] = {force: set() for force in forces}
        self._lock = Lock()

    def hear(self, force: str) -> Hear:
        """What hears the steps of one force."""
        done: dict[str, set[str]] = {}

        def heard(phase: str, step: Step) -> None:
            with self._lock:
                if force not in self._tasks:
                    self._tasks[force] = self._progress.add_task(force, total=None)
                if phase == "preview":
                    self._planned[force].add(step.urn)
                done.setdefault(phase, set()).add(step.urn)
                count = len(done[phase])
            total = len(self._planned[force]) if phase != "preview" and self._planned[force] else None
            self._progress.update(
                self._tasks[force], description=f"{force}: {phase} {step.name[:40]}", completed=count, total=total
            )

        return heard

    def end(self, force: str) -> None:
        """Takes the force's line away."""
        with self._lock:
            task = self._tasks.pop(force, None)
        if task is not None:
            self._progress.remove_task(task)
