"""Compares the working files with a base, force by force."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from secrets import token_bytes
from typing import Any, Final

from bluelamp.comparison import diff
from bluelamp.comparison.base import Base, base_of, extracted, from_checkout, planned
from bluelamp.comparison.head import head_side
from bluelamp.comparison.model import Action, Cause, Comparison, Force, MonthlyCost, Reason
from bluelamp.comparison.reasons import LOCKS, reasons
from bluelamp.comparison.replacements import Replacements
from bluelamp.core.environments import split
from bluelamp.core.resource import type_of
from bluelamp.core.text import first_of
from bluelamp.fleet.planning import planning_each
from bluelamp.plans import Plans
from bluelamp.plans.inputs import changed_files, inputs
from bluelamp.plans.reads import paused

Progress = Callable[[int, int], None]
_EMPTY: Final[Mapping[str, Any]] = {
    "resources": {},
    "components": {},
    "outputs": {},
    "verdicts": [],
    "titles": {},
    "cost": None,
}

Side = Mapping[str, Any]


def compare(
    root: Path,
    reference: str,
    forces: Sequence[str] | None = None,
    *,
    jobs: int | None = None,
    option: str = "--changed",
    plans: Plans | None = None,
    progress: Progress = lambda _done, _all: None,
) -> Comparison:
    """What the working files of the project at `root` change against `reference`, for each of `forces`.

    The base is the merge base of `reference` and HEAD. `forces` are stacks that exist on either side, by default all of
    them. Base and working files are planned offline, each with its own settings, program, modules and rules, in `jobs`
    processes. Plans cached in `plans` are reused and new ones are cached. A force with identical inputs on both sides
    is not planned. A side that cannot be planned is an error of the force, not of the comparison. `progress` is called
    with the number of planned sides and their total. Raises `UsageError` if `reference` has no history in common with
    HEAD.
    """
    base = base_of(root, reference, option=option)
    with extracted(root, base.commit) as (folder, missing):
        with paused():
            both = _Both(root, folder, forces, plans)
            total = len(both.base_to_plan) + len(both.head_to_plan)
            both.plan_base(jobs)
            progress(len(both.base_to_plan), total)
        work = partial(head_side, root=root, key=both.key, plans=plans)
        sides = planning_each(work, both.head_to_plan, root, jobs) if both.head_to_plan else iter(())
        for count, (force, side) in enumerate(zip(both.head_to_plan, sides, strict=True), 1):
            both.after[force] = side
            progress(len(both.base_to_plan) + count, total)
        with paused():
            found = tuple(map(both.force, both.forces))
            locked = [name for name in LOCKS if both.base_inputs.shared.get(name) != both.head_inputs.shared.get(name)]
    return Comparison(reference, base.commit, base.head, base.diverged, found, _notes(base, reference, locked, missing))


class _Both:
    """Base and working files: which forces have identical inputs, which are cached, and which have to be planned.

    `base_to_plan` are the forces to plan in the base, `head_to_plan` those to plan in the working files.
    """

    def __init__(self, root: Path, base: Path, forces: Sequence[str] | None, plans: Plans | None) -> None:
        self.root, self.base = root, base
        package = base / "bluelamp" if from_checkout(root) else None
        self.base_inputs, self.head_inputs = inputs(base, package), plans.inputs if plans else inputs(root)
        self.forces = sorted({*_stacks(base), *_stacks(root)}) if forces is None else list(forces)
        base_keys = {force: self.base_inputs.key(force) for force in self.forces if _has(base, force)}
        head_keys = {force: self.head_inputs.key(force) for force in self.forces if _has(root, force)}
        self.unchanged = {force for force, key in base_keys.items() if head_keys.get(force) == key}
        self.old = Plans(base, given=self.base_inputs) if plans else None
        self.key = plans.secret if plans else token_bytes(32)
        self.before = _cached_sides(self.old, [force for force in base_keys if force not in self.unchanged])
        self.after = _cached_sides(plans, [force for force in head_keys if force not in self.unchanged])
        self.base_to_plan = [force for force in base_keys if force not in self.before and force not in self.unchanged]
        self.head_to_plan = [force for force in head_keys if force not in self.after and force not in self.unchanged]
        self._planned = {*self.base_to_plan, *self.head_to_plan}

    def plan_base(self, jobs: int | None) -> None:
        """Plans and caches the missing sides of the base."""
        for force, side in planned(self.base, self.base_to_plan, self.root, self.key, jobs).items():
            self.before[force] = side
            if self.old:
                self.old.keep_side(force, side)

    def force(self, force: str) -> Force:
        """What differs between the sides of a force."""
        if force in self.unchanged:
            return Force(force, _environment(self.root, force), reused=True)
        changed = changed_files(self.base_inputs, self.head_inputs, force)
        found = force_of(force, self.before.get(force), self.after.get(force), changed, self.base, self.root)
        return replace(found, reused=force not in self._planned)


def _cached_sides(plans: Plans | None, forces: Sequence[str]) -> dict[str, Side]:
    """The cached sides."""
    found = {force: plans.side(force) for force in forces} if plans else {}
    return {force: side for force, side in found.items() if side is not None}


def _stacks(root: Path) -> list[str]:
    names = (path.name for path in (root / "stacks").glob("Pulumi.?*.yaml"))
    return [name.removeprefix("Pulumi.").removesuffix(".yaml") for name in names]


def force_of(
    force: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    changed: Collection[str],
    base: Path,
    root: Path,
) -> Force:
    """What differs between the sides of a force. A side is None if it has no stack file for the force."""
    environment = _environment(root if after is not None else base, force)
    base_error, head_error = (str(each["error"]) if each and "error" in each else "" for each in (before, after))
    own = partial(reasons, force, changed, base, root)
    alone: tuple[Reason, ...] = ()
    if before is None or after is None:
        alone = (Reason(Cause.NEW if before is None else Cause.REMOVED, f"stacks/Pulumi.{force}.yaml"),)
    if base_error or head_error:
        sides = ((Cause.BASE, base_error), (Cause.HEAD, head_error))
        failed = tuple(Reason(because) for because, error in sides if error)
        causes = alone or (own() if base_error != head_error else ())
        return Force(force, environment, reasons=(*failed, *causes), base_error=base_error, head_error=head_error)
    old, new = (each["snapshot"] if each else _EMPTY for each in (before, after))
    with Replacements(force) as replacing:
        resources = diff.resources(old, new, replacing.paths)
    outputs = diff.outputs(old, new)
    verdicts = diff.verdicts(old, new)
    refused = diff.refused(old, new)
    cost = _cost(before, after, old, new)
    found = Force(
        force,
        environment,
        resources,
        len(new["resources"]) - sum(each.what is not Action.DELETED for each in resources),
        outputs,
        verdicts,
        refused,
        cost,
    )
    why = alone
    if not alone and found.affected:
        components = {type_of(urn) for each in (old, new) for urn in each["components"]}
        why = own(
            components=components, verdicts=verdicts, resources=bool(resources or outputs), cost=bool(cost.change)
        )
    words = _words(force, root, base)
    return Force(
        force,
        environment,
        resources,
        found.same,
        outputs,
        verdicts,
        refused,
        cost,
        why,
        alike=diff.alike(resources, outputs, verdicts, words),
    )


def _cost(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, old: Mapping[str, Any], new: Mapping[str, Any]
) -> MonthlyCost:
    """The cost on both sides: zero where the force does not exist, unknown on both if either cannot be priced."""
    if any(each and each["costError"] for each in (before, after)):
        return MonthlyCost()
    return MonthlyCost(
        Decimal(0) if before is None else Decimal(old["cost"]), Decimal(0) if after is None else Decimal(new["cost"])
    )


def _has(root: Path, force: str) -> bool:
    return (root / "stacks" / f"Pulumi.{force}.yaml").is_file()


def _environment(root: Path, force: str) -> str:
    from bluelamp.infra.settings.environment import environment_of

    with suppress(Exception):
        return environment_of(root, force)
    return split(force)[1] or "prod"


def _words(force: str, root: Path, base: Path) -> list[str]:
    """The names and the code of a force, which occur in the names of its resources."""
    from bluelamp.core.register import read_register

    slug = split(force)[0]
    for place in (root, base):
        with suppress(Exception):
            entry = read_register(place).entry(slug)
            return [force, slug, slug.replace("-", ""), slug.replace("-", "_"), entry.code, entry.name]
    return [force, slug]


def _notes(base: Base, reference: str, locked: Sequence[str], missing: Sequence[str]) -> tuple[str, ...]:
    notes = []
    if base.diverged:
        notes.append(f"{reference[:60]} and HEAD have diverged: compared with their merge base {base.commit[:12]}")
    if locked:
        notes.append(
            f"{', '.join(locked)} differs: both sides are planned with the packages installed here, so changes caused "
            "by other versions are not shown"
        )
    if missing:
        notes.append(f"submodules that are not checked out: {first_of(missing, 10)}: what they contain is not compared")
    return tuple(notes)
