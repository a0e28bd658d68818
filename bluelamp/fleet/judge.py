"""Judges forces from an offline plan or from the deployed state."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluelamp.core.commands import rehearsed
from bluelamp.core.problems import SettingsError
from bluelamp.core.resource import name_of
from bluelamp.errors import BluelampError, UsageError
from bluelamp.fleet.deployed import holds
from bluelamp.fleet.planning import planning_each
from bluelamp.policies.governance import Governance
from bluelamp.render.estate import estate
from bluelamp.reports import Report, Source, assess
from bluelamp.reports.canonical import dense
from bluelamp.reports.provenance import checkout
from bluelamp.reports.selection import Selection
from bluelamp.resources import from_plan, from_state
from bluelamp.resources.state import skipped

if TYPE_CHECKING:
    from bluelamp.planning import Plan
    from bluelamp.plans import Plans
    from bluelamp.render.estate import Estate

_NAMED = 3
"""The number of forces without deployed resources that a message names."""


@dataclass(frozen=True)
class Refusal:
    """A resource that the cloud would refuse, with one reason for each wrong property."""

    urn: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Check:
    """The result of a force's offline check: its report, or why it could not be planned."""

    force: str
    report: Report | None = None
    refusals: tuple[Refusal, ...] = ()
    warnings: tuple[str, ...] = ()
    failure: str = ""
    change_refused: str = ""
    """Why the rehearsed estate cannot change to this plan; empty if it can, or if there is none."""
    next_step: str = ""
    notes: tuple[str, ...] = ()
    reused: bool = False
    """Whether a cached plan was reused, as none of its inputs has changed."""


@dataclass(frozen=True)
class _Asked:
    """The options of a check, as in `check_plan`."""

    selection: Selection | None = None
    block_unknown: bool = False
    kept: bool = False
    changes: bool = False

    def variant(self, root: Path, force: str) -> str:
        """A digest that distinguishes checks of one plan: their options, and the rehearsed estate."""
        held = ""
        if self.changes and (root / ".bluelamp" / "rehearsal").is_dir():
            from bluelamp.fleet.rehearsed import state_of

            held = dense(state_of(root, force)).hex()
        phrases = list(self.selection.phrases) if self.selection else []
        about = [phrases, self.block_unknown, self.kept, self.changes, held]
        return sha256(dense(about)).hexdigest()[:16]


def check_plan(
    force: str,
    root: Path,
    arm_types: Path | None = None,
    *,
    selection: Selection | None = None,
    block_unknown: bool = False,
    kept: bool = False,
    changes: bool = False,
    plans: "Plans | None" = None,
) -> Check:
    """Plans the force in this process and judges the plan, by the rules that `selection` keeps.

    `block_unknown` adds to the force's baseline. A report that is `kept` also has the origins of the worst failures,
    which take a plan or two each, and the estate for the page's diagram. `changes` also finds whether the rehearsed
    estate can change to the plan. Results are cached in `plans`.

    Raises `SettingsError` for wrong settings.
    """
    return _planned_check(force, root, arm_types, plans, _Asked(selection, block_unknown, kept, changes))[0]


def _planned_check(
    force: str, root: Path, arm_types: Path | None, plans: "Plans | None", options: _Asked
) -> tuple[Check, dict[str, Any]]:
    """The result of `check_plan`, and the side of a comparison, which is empty if only some rules were judged."""
    from bluelamp.planning.attempt import ProgramError, attempt
    from bluelamp.planning.refused_settings import refusals
    from bluelamp.plans.reads import Reads

    started = datetime.now(UTC)
    read = Reads()
    try:
        with plans.recording(read) if plans else nullcontext():
            plan = attempt(force, root, arm_types=arm_types)
    except ProgramError as error:
        return Check(force, failure=error.message), {"error": error.message}
    if plan.refused and (wrong := refusals(force, root, _reasons(plan))):
        raise SettingsError(wrong)
    with plans.recording(read, program=False) if plans else nullcontext():
        check = _checked(plan, root, started, options)
        side: dict[str, Any] = {}
        parts: dict[str, bytes] = {}
        if plans and check.report and not check.failure and not (options.selection and options.selection.phrases):
            side, parts = _side(plan, check.report, root, plans.secret)
    if plans and not check.failure and not check.refusals:
        from bluelamp.plans.packing import packed

        plans.keep(force, {f"check {options.variant(root, force)}": packed(check), **parts}, read)
    return check, side or ({"error": check.failure} if check.failure else {})


def planned_side(force: str, root: Path, plans: "Plans") -> dict[str, Any]:
    """The side of a force in a comparison (see `bluelamp.comparison.plan_side`); results are cached in `plans`.

    Raises `SettingsError` for wrong settings.
    """
    return _planned_check(force, root, None, plans, _Asked(changes=True))[1]


def _side(plan: "Plan", report: Report, root: Path, key: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    from bluelamp.comparison.snapshot import side_of
    from bluelamp.plans.cache import COST, SIDE
    from bluelamp.plans.packing import packed

    side, costs = side_of(plan, report, root, key)
    parts = {SIDE: json.dumps(side).encode()}
    return side, parts if costs is None else {**parts, COST: packed(costs)}


def _checked(plan: "Plan", root: Path, started: datetime, options: _Asked) -> Check:
    from bluelamp.origins.locations import with_locations

    refused, step = _change_refused(plan, root) if options.changes else ("", "")
    report = judge_plan(plan, root, started=started, selection=options.selection, block_unknown=options.block_unknown)
    if options.kept:
        report = replace(report, estate=estate(plan, report.name))
    if options.kept and report.broken and not plan.refused:
        from bluelamp.origins.trace_failures import trace_failures

        report = trace_failures(report, plan, root)
    report = with_locations(report, plan, root)
    return Check(
        plan.stack, report, _refusals(plan), plan.warnings, "; ".join(plan.errors), refused, step, notes=plan.notes
    )


def _change_refused(plan: "Plan", root: Path) -> tuple[str, str]:
    """Why the rehearsed estate cannot change to the plan, with the next step; empty if it can."""
    from bluelamp.fleet.rehearsed import state_of

    state = state_of(root, plan.stack)
    if not holds(state):
        return "", ""
    from bluelamp.fleet import trial_update
    from bluelamp.fleet.recorded_ranges import check_ranges
    from bluelamp.infra.force import load

    force = load(plan.stack, root=root)
    try:
        check_ranges(root, force, state, record=False)
        if trial_update.deletes_deployed(plan, state):
            trial_update.refuse_unsafe_update(force, root, trial_update.Deployed(state))
    except UsageError as error:
        # The message is about the rehearsal, even if a real estate is deployed.
        return rehearsed(error.message), rehearsed(error.next_step)
    return "", ""


def check_plans(
    forces: Sequence[str],
    root: Path,
    arm_types: Path | None,
    jobs: int | None,
    *,
    selection: Selection | None = None,
    block_unknown: bool = False,
    kept: bool = False,
    changes: bool = False,
    plans: "Plans | None" = None,
    before: Callable[[list[str]], object] = lambda _: None,
    on_workers: Callable[[list[str]], Iterator[Check]] | None = None,
) -> Iterator[Check]:
    """`check_plan` for several forces, in one process per core; in the order of `forces`.

    Checks cached in `plans` are reused. `before` is called with the forces to plan. If `on_workers` is given, it plans
    and judges them.
    """
    options = _Asked(selection, block_unknown, kept, changes)
    there = _reusable(forces, root, plans, options) if plans else {}

    def one(force: str) -> Check:
        return _planned_check(force, root, arm_types, plans, options)[0]

    anew = [force for force in forces if force not in there]
    before(anew)
    made = iter(()) if not anew else on_workers(anew) if on_workers else planning_each(one, anew, root, jobs)
    for force in forces:
        yield there.pop(force) if force in there else next(made)


def _reusable(forces: Sequence[str], root: Path, plans: "Plans", options: _Asked) -> dict[str, Check]:
    """The cached checks of `forces` with unchanged inputs, updated to the current time and commit."""
    found = {}
    now = datetime.now(UTC)
    for force in forces:
        check = plans.check(force, options.variant(root, force))
        if check is None and not options.changes:
            # A check that also compares with the rehearsed estate has the same report.
            check = plans.check(force, replace(options, changes=True).variant(root, force))
            check = replace(check, change_refused="", next_step="") if isinstance(check, Check) else None
        if isinstance(check, Check) and check.report is not None:
            found[force] = check
    commit, dirty = checkout(root) if found else ("", False)

    def made_now(report: Report) -> Report:
        """The report with the current time and commit, which are not among its inputs."""
        own = replace(report.provenance, commit=commit, dirty=dirty)
        return replace(report, started=now, ended=datetime.now(UTC), provenance=own)

    return {
        force: replace(check, report=check.report and made_now(check.report), reused=True)
        for force, check in found.items()
    }


def judge_plan(
    plan: "Plan",
    root: Path,
    *,
    started: datetime | None = None,
    selection: Selection | None = None,
    block_unknown: bool = False,
) -> Report:
    """The report over a force's plan, by the rules that `selection` keeps."""
    report = assess(
        plan.stack,
        from_plan(plan),
        Source.PLAN,
        root=root,
        name=_name(plan.stack, root),
        started=started,
        governance=_governance(root, plan.stack, block_unknown=block_unknown),
        selection=selection,
    )
    return _in_environment(report, root)


def judge_state(
    force: str,
    state: Mapping[str, Any],
    root: Path,
    *,
    selection: Selection | None = None,
    block_unknown: bool = False,
    decrypt: Callable[[str], str] | None = None,
) -> Report:
    """The report over the deployed resources in the engine's exported state, by the rules that `selection` keeps.

    Secrets that `decrypt` does not decrypt are judged as unknown.
    """
    from bluelamp.origins.locations import with_state_locations

    report = assess(
        force,
        from_state(state, decrypt),
        Source.STATE,
        root=root,
        name=_name(force, root),
        governance=_governance(root, force, block_unknown=block_unknown),
        selection=selection,
        skipped=skipped(state),
    )
    report = replace(report, estate=_deployed_estate(force, state, report.name))
    return _in_environment(with_state_locations(report, state, root), root)


def _in_environment(report: Report, root: Path) -> Report:
    from bluelamp.infra.settings.environment import environment_of

    return replace(report, environment=environment_of(root, report.force))


def _deployed_estate(force: str, state: Mapping[str, Any], name: str) -> "Estate | None":
    """The estate for the page's diagram; None if a state of another program cannot be drawn."""
    from bluelamp.render.deployed import deployed as planned_of

    try:
        return estate(planned_of(force, state), name)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _governance(root: Path, force: str, *, block_unknown: bool) -> Governance:
    from bluelamp.governance.read import governance

    return governance(root, force, block_unknown=block_unknown)


def _name(force: str, root: Path) -> str:
    from bluelamp.infra.settings.register import read_register

    return read_register(root).entry(force).name


def _reasons(plan: "Plan") -> list[str]:
    return [f"{name_of(one.urn)}: {each}" for one in _refusals(plan) for each in one.reasons]


def _refusals(plan: "Plan") -> tuple[Refusal, ...]:
    return tuple(
        Refusal(
            resource.urn,
            tuple(
                f"{failure.path}: {failure.reason}" if failure.path else failure.reason for failure in resource.failures
            ),
        )
        for resource in plan.refused
    )


def deployed(states: Mapping[str, Mapping[str, Any] | None], *, rehearse: bool) -> Mapping[str, Mapping[str, Any]]:
    """The state of each force. Raises `BluelampError` if any force has no deployed resources."""
    there = {force: state for force, state in states.items() if state and holds(state)}
    missing = [force for force in states if force not in there]
    if missing:
        others = len(missing) - _NAMED
        named = ", ".join(missing[:_NAMED]) + (f" and of {others} more" if others > 0 else "")
        up = "bluelamp up --rehearse" if rehearse else "bluelamp up"
        raise BluelampError(f"nothing of {named} is deployed", next_step=f"{up} {' '.join(missing)}")
    return there
