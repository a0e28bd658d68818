"""Comparing the working files with a base, force by force."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from secrets import token_bytes
from typing import Any, Final

from bluelamp.comparison import differing
from bluelamp.comparison.base import Base, base_of, extracted, from_checkout, planned
from bluelamp.comparison.judged import judged_side
from bluelamp.comparison.model import Because, Comparison, Force, Money, Reason, What
from bluelamp.comparison.reasons import LOCKS, reasons
from bluelamp.comparison.replacing import Replacing
from bluelamp.core.environments import split
from bluelamp.core.resource import type_of
from bluelamp.fleet.planning import planning_each
from bluelamp.plans import Plans
from bluelamp.plans.inputs import differing as differing_files
from bluelamp.plans.inputs import inputs
from bluelamp.plans.reads import paused

Tell = Callable[[int, int], None]
_NOTHING: Final[Mapping[str, Any]] = {
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
    tell: Tell = lambda _done, _all: None,
) -> Comparison:
    """What the working files of the project at `root` change against `reference`, for each of `forces`.

    The base is the merge base of `reference` and HEAD. `forces` are stacks that exist on either side; by default all of
    both sides. Base and working files are planned offline, each with its own settings, program, modules and rules, in
    `jobs` processes. What `plans` keep of either side is not planned again, and what is planned is kept. A force of
    which both sides are made from the same is not planned at all. A side that cannot be planned is an error of the
    force, not of the comparison. `tell` is told how many sides of how many are planned. Raises `UsageError` where
    `reference` is no commit that shares history with HEAD.
    """
    base = base_of(root, reference, option=option)
    with extracted(root, base.commit) as folder:
        with paused():
            both = _Both(root, folder, forces, plans)
            total = len(both.missing) + len(both.lacking)
            both.plan_base(jobs)
            tell(len(both.missing), total)
        work = partial(judged_side, root=root, key=both.key, plans=plans)
        made = planning_each(work, both.lacking, root, jobs) if both.lacking else iter(())
        for count, (force, side) in enumerate(zip(both.lacking, made, strict=True), 1):
            both.after[force] = side
            tell(len(both.missing) + count, total)
        with paused():
            found = tuple(map(both.force, both.forces))
            locked = [name for name in LOCKS if both.then.shared.get(name) != both.now.shared.get(name)]
    return Comparison(reference, base.commit, base.head, base.diverged, found, _notes(base, reference, locked))


class _Both:
    """Base and working files: which sides are made from the same, which are kept, and which have to be planned.

    `missing` are forces that are to be planned in the base, `lacking` in the working files.
    """

    def __init__(self, root: Path, base: Path, forces: Sequence[str] | None, plans: Plans | None) -> None:
        self.root, self.base = root, base
        package = base / "bluelamp" if from_checkout(root) else None
        self.then, self.now = inputs(base, package), plans.inputs if plans else inputs(root)
        self.forces = sorted({*_stacks(base), *_stacks(root)}) if forces is None else list(forces)
        there = {force: self.then.key(force) for force in self.forces if _has(base, force)}
        here = {force: self.now.key(force) for force in self.forces if _has(root, force)}
        self.same = {force for force, key in there.items() if here.get(force) == key}
        self.old = Plans(base, given=self.then) if plans else None
        self.key = plans.secret if plans else token_bytes(32)
        self.before = _kept(self.old, [force for force in there if force not in self.same])
        self.after = _kept(plans, [force for force in here if force not in self.same])
        self.missing = [force for force in there if force not in self.before and force not in self.same]
        self.lacking = [force for force in here if force not in self.after and force not in self.same]
        self._planned = {*self.missing, *self.lacking}

    def plan_base(self, jobs: int | None) -> None:
        """Plans and keeps the sides of the base that are missing."""
        for force, side in planned(self.base, self.missing, self.root, self.key, jobs).items():
            self.before[force] = side
            if self.old:
                self.old.keep_side(force, side)

    def force(self, force: str) -> Force:
        """What differs between the sides of a force."""
        if force in self.same:
            return Force(force, _environment(self.root, force), reused=True)
        changed = differing_files(self.then, self.now, force)
        found = force_of(force, self.before.get(force), self.after.get(force), changed, self.base, self.root)
        return replace(found, reused=force not in self._planned)


def _kept(plans: Plans | None, forces: Sequence[str]) -> dict[str, Side]:
    """The sides that are kept."""
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
    """What differs between the sides of a force; None stands for a side where it has no stack file."""
    environment = _environment(root if after is not None else base, force)
    base_error, head_error = (str(each["error"]) if each and "error" in each else "" for each in (before, after))
    own = partial(reasons, force, changed, base, root)
    if base_error or head_error:
        why = tuple(
            Reason(because) for because, error in ((Because.BASE, base_error), (Because.HEAD, head_error)) if error
        )
        told = own() if base_error != head_error else ()
        return Force(force, environment, reasons=(*why, *told), base_error=base_error, head_error=head_error)
    old, new = (each["snapshot"] if each else _NOTHING for each in (before, after))
    with Replacing(force) as replacing:
        resources = differing.resources(old, new, replacing.paths)
    outputs = differing.outputs(old, new)
    verdicts = differing.verdicts(old, new)
    refused = differing.refused(old, new)
    cost = _money(before, after, old, new)
    found = Force(
        force,
        environment,
        resources,
        len(new["resources"]) - sum(each.what is not What.DELETED for each in resources),
        outputs,
        verdicts,
        refused,
        cost,
    )
    why = ()
    if before is None or after is None:
        why = (Reason(Because.NEW if before is None else Because.REMOVED, f"stacks/Pulumi.{force}.yaml"),)
    elif found.affected:
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
        alike=differing.alike(resources, outputs, verdicts, words),
    )


def _money(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Money:
    """The cost on both sides: nothing where the force is not there, and not known on either where one has a mistake."""
    if any(each and each["costError"] for each in (before, after)):
        return Money()
    return Money(
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
    """The names and the code of a force, by which its resources are named."""
    from bluelamp.core.register import read_register

    slug = split(force)[0]
    for place in (root, base):
        with suppress(Exception):
            entry = read_register(place).entry(slug)
            return [force, slug, slug.replace("-", ""), slug.replace("-", "_"), entry.code, entry.name]
    return [force, slug]


def _notes(base: Base, reference: str, locked: Sequence[str]) -> tuple[str, ...]:
    notes = []
    if base.diverged:
        notes.append(f"{reference[:60]} has commits that HEAD lacks: compared with their merge base {base.commit[:12]}")
    if locked:
        notes.append(
            f"{', '.join(locked)} differs: both sides are planned with the packages that are installed here, so that "
            "what other versions change is not shown"
        )
    return tuple(notes)
