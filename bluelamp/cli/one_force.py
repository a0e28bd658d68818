"""The run of preview, up, destroy and drift on one force: settings, state, policy gate, work and retries."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TYPE_CHECKING, Any

from bluelamp.cli.board import Board
from bluelamp.cli.run_options import CHANGING, RunOptions, Work
from bluelamp.cli.screen import Screen
from bluelamp.cli.session import Session, opened, session
from bluelamp.cli.settings import read_settings
from bluelamp.core.patience import SHORT, Patience
from bluelamp.core.problems import SettingsError
from bluelamp.core.text import first_of
from bluelamp.engine.operation import Target
from bluelamp.errors import BluelampError, Status, UsageError
from bluelamp.fleet.aliases import refuse_versioned
from bluelamp.fleet.deploy import Gate, Result, failed, nothing
from bluelamp.fleet.deployed import holds
from bluelamp.policies.governance import BLOCK_UNKNOWN
from bluelamp.policies.known import KNOWN
from bluelamp.policies.known import write as write_known

if TYPE_CHECKING:
    from bluelamp.infra.force import Force

_PLANNING = ("preview", "up")
_DEPLOYED = ("destroy", "drift")
"""The verbs that need a deployed stack."""
_LOCKED = "the stack is locked by another update"
_PAUSE = 5.0
"""Seconds between two attempts on a real stack that is locked."""


class OtherEngineError(BluelampError):
    """The engine is of another version than the command's."""


def run_alone(
    screen: Screen,
    root: Path,
    force: str,
    verb: str,
    options: RunOptions,
    work: Work,
    patience: Patience,
    engine: str,
) -> Result:
    """Does `work` for one force without output, record or report, as a worker on another machine does.

    Raises `SettingsError` for wrong settings, `OtherEngineError` unless the engine is of the version `engine`, and
    `BluelampError` if the engine or the rehearsal cannot be used.
    """
    settings = read_settings(root, [force], rehearse=options.rehearse) if options.needs_settings else {}
    with (
        session(
            screen,
            root,
            rehearse=options.rehearse,
            arm_types=None,
            kubeconfig=None,
            changes=verb in CHANGING or options.repair,
            patience=patience,
        ) as held,
        screen.progress() as progress,
        TemporaryDirectory(prefix="bluelamp-") as folder,
    ):
        if held.version != engine:
            raise OtherEngineError(f"engine {held.version}, not {engine}")
        return one_force(held, force, settings, verb, options, work, Board(progress, [force]), patience, Path(folder))


def one_force(
    held: Session,
    force: str,
    settings: Mapping[str, "Force"],
    verb: str,
    options: RunOptions,
    work: Work,
    board: Board,
    patience: Patience,
    folder: Path | None = None,
) -> Result:
    """The result of `work` on one force of a session; a failure is a result too."""
    try:
        target = held.target(force)
        target = _with_known_findings(target, options, folder)
        recovered, notes = tuple(held.recover(target)), tuple(held.notes(target))
        drops = force in settings and settings[force].version_aliases == "drop"
        # Read once: with a real backend, each read runs the engine.
        before = held.state(target) if drops or verb in (*_DEPLOYED, *_PLANNING) else {}
        _refuse_state(force, before, options, drops=drops)
        if force in settings and verb in _PLANNING:
            from bluelamp.fleet.recorded_ranges import check_ranges

            check_ranges(held.root, settings[force], before, record=verb == "up")
        empty = verb in _DEPLOYED and _has_no_resources(before, verb)
        if empty and verb not in CHANGING:
            result = nothing(force, verb)
        else:
            # Even if the state is empty, the rehearsal cloud may hold resources.
            gate = _gate(held, settings[force], before) if verb in _PLANNING and force in settings else _no_gate
            on_step = board.on_step(force)
            result = retry_while_locked(
                lambda: _run_work(held, target, verb, options, lambda: work(target, on_step, gate)),
                force,
                verb,
                patience,
            )
            if empty and result.status is Status.DONE:
                result = nothing(force, verb)
        if verb == "preview" and (result.completed or result.status is Status.RULES_BROKEN):
            result = _priced(result, before, held.root)
        if verb == "destroy" and result.status is Status.DONE:
            _forget_force(held.root, force, rehearse=options.rehearse)
        if not result.deployed and verb == "drift":
            result = replace(result, errors=(f"{result.errors[0]}; next: {_up(force, options)}",))
        if options.saving is not None and result.completed:
            options.saving.planned(force)
        result = replace(result, recovered=recovered, notes=(*notes, *result.notes))
        if options.report is not None and result.status is Status.DONE and verb not in ("destroy", "preview"):
            state, decrypt = opened(held, target)
            result = replace(result, state=state, decrypt=decrypt)
    except (BluelampError, SettingsError) as error:
        return failed(force, verb, error)
    return result


def _with_known_findings(target: Target, options: RunOptions, folder: Path | None) -> Target:
    """The target with its enforcement mode, and a file in `folder` that lists known findings."""
    environment = {name: text for name, text in target.environment.items() if name != KNOWN}
    if options.block_unknown:
        environment[BLOCK_UNKNOWN] = "1"
    if options.previous and folder and (before := options.previous.forces.get(target.stack)):
        file = folder / f"{target.stack}.json"
        write_known(file, target.stack, {key: each.before for key, each in before.findings.items()})
        environment[KNOWN] = str(file)
    return replace(target, environment=environment)


def _refuse_state(force: str, before: Mapping[str, Any], options: RunOptions, *, drops: bool) -> None:
    """Raises `UsageError` if this run may not start from the force's state."""
    if drops:
        refuse_versioned(force, before)
    if options.plan is not None:
        options.plan.refuse_state(force, before)
    if options.saving is not None:
        options.saving.starts_from(force, before)


def retry_while_locked(work: Callable[[], Result], force: str, verb: str, patience: Patience) -> Result:
    """Does the work; retries while another command has the stack locked, until the patience is used up."""
    since, announced = monotonic(), False
    while True:
        result = work()
        locked = next((error for error in result.errors if _LOCKED in error), "")
        if verb not in CHANGING or result.status is not Status.FAILED or not locked:
            return result
        if not announced and patience.seconds > SHORT:
            announced = True
            patience.say(f"{force}: {locked.partition('; next: ')[0]}; waiting")
        if not patience.wait(since, _PAUSE):
            return result


def _forget_force(root: Path, force: str, *, rehearse: bool) -> None:
    """Removes a destroyed force from the record of an earlier `up`, so that it does not count as done."""
    from bluelamp.fleet.run_record import RunRecord

    with suppress(OSError):
        RunRecord(root, rehearse=rehearse).forget(force)


def _priced(result: Result, before: Mapping[str, Any], root: Path) -> Result:
    """The result of a preview with the cost of its changes; mistakes in usage and hardware files are warnings."""
    from bluelamp.cost.preview import cost_of_steps

    try:
        return replace(result, cost=cost_of_steps(before, result.steps, result.force, root))
    except (SettingsError, BluelampError) as error:
        problems = error.problems if isinstance(error, SettingsError) else (error.message,)
        return replace(result, warnings=(*result.warnings, *(f"the cost is not known: {each}" for each in problems)))


def _has_no_resources(state: Mapping[str, Any], verb: str) -> bool:
    """Whether the state has no deployed resources. For an unreadable state the engine decides, so this is false.

    What is not in a cloud, such as the stack itself, is nothing to compare, but is destroyed.
    """
    if "deployment" not in state:
        return False
    deployment = state["deployment"] or {}
    left = deployment.get("resources") or deployment.get("pending_operations")
    return not left if verb == "destroy" else not holds(state)


def _up(force: str, options: RunOptions) -> str:
    return f"bluelamp up {'--rehearse ' if options.rehearse else ''}{force}"


def _no_gate(planned: Result) -> Result:
    return planned


def _gate(held: Session, force: "Force", state: Mapping[str, Any]) -> Gate:
    """Refuses changes that deployed resources do not allow, by a trial run if the preview has more than additions."""

    def gate(planned: Result) -> Result:
        from bluelamp.fleet import trial_update

        if not trial_update.is_risky(planned) or not holds(state):
            return planned
        try:
            trial_update.refuse_unsafe_update(force, held.root, trial_update.Deployed(state, held.store))
        except UsageError as error:
            message = f"{error.message}; next: {error.next_step}"
            return replace(planned, status=Status.WRONG_USE, errors=(message,))
        return planned

    return gate


def _run_work(held: Session, target: Target, verb: str, options: RunOptions, work: Callable[[], Result]) -> Result:
    """Does the work; a destroy fails while the rehearsal cloud holds resources of the stack."""
    if verb not in CHANGING and not options.repair:
        return work()
    with held.changing(target) as run:
        result = work()
        left = run.left() if result.verb == "destroy" and result.status is Status.DONE else []
        if left:
            error = (
                f"the rehearsal cloud still holds {len(left)} resources of {target.stack}: {first_of(left, 5)}; "
                "next: run the same command again to remove them"
            )
            result = replace(result, status=Status.FAILED, errors=(*result.errors, error))
        run.done = result.completed
    return result
