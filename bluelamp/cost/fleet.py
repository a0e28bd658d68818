"""The costs of several forces, planned in parallel, with their current settings or those of a git revision."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from bluelamp.core import git
from bluelamp.core.environments import ENVIRONMENTS, join, split
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.cost.estate import cost_of_plan
from bluelamp.errors import BluelampError, UsageError
from bluelamp.fleet.planning import planning_each
from bluelamp.plans.inputs import inputs
from bluelamp.plans.reads import paused
from bluelamp.pricing.files import read_usage_and_hardware
from bluelamp.pricing.model import Costs
from bluelamp.pricing.snapshot import FILE as PRICES
from bluelamp.pricing.snapshot import Prices, load

if TYPE_CHECKING:
    from bluelamp.plans import Plans

_BEFORE: Final = "@"
"""The prefix of a force whose settings at the revision are planned."""
_SHARED: Final = (
    "Pulumi.yaml",
    "stacks/forces.yaml",
    "stacks/baseline.yaml",
    "stacks/approvers.yaml",
    "stacks/regions",
)


@dataclass(frozen=True)
class Both:
    """The cost of a force now and with its settings at the revision; None if it had no settings then."""

    now: Costs
    before: Costs | None = None


def costs(
    forces: Sequence[str],
    root: Path,
    arm_types: Path | None,
    jobs: int | None,
    *,
    against: str | None = None,
    day: date | None = None,
    plans: "Plans | None" = None,
) -> Iterator[Both]:
    """The cost of each force's plan, in the given order; with `against` also with its settings at that revision.

    The revision's settings, usage and hardware are combined with the current program and prices, so the difference is
    the cost of the changed settings. Costs cached in `plans` are reused. Raises `SettingsError` with every mistake in
    the usage and hardware files of all forces, and `UsageError` if `against` is not a revision.
    """
    problems: list[Problem] = []
    for force in forces:
        try:
            read_usage_and_hardware(root, force)
        except SettingsError as error:
            problems += error.problems
    if problems:
        raise SettingsError(problems)
    prices = load(root)
    with TemporaryDirectory(prefix="bluelamp-") as folder:
        before = _extracted(root, forces, against, Path(folder)) if against is not None else {}
        # Unchanged forces are planned once.
        items = [
            item
            for force in forces
            for item in ([force, f"{_BEFORE}{force}"] if before.get(force) is False else [force])
        ]
        # The base is priced with the current prices, which are not among its files.
        with paused():
            base = plans.beside(inputs(Path(folder)).beside({PRICES: root / PRICES})) if plans and before else None
        cached = {item: _cached_costs(item, plans, base) for item in items}
        work = partial(
            _cost, root=root, folder=Path(folder), arm_types=arm_types, prices=prices, day=day, plans=plans, base=base
        )
        missing = [item for item in items if cached[item] is None]
        found = planning_each(work, missing, root, jobs) if missing else iter(())
        for force in forces:
            now = cached[force] or next(found)
            if force not in before or before[force]:
                yield Both(now, now if force in before else None)
            else:
                yield Both(now, cached[f"{_BEFORE}{force}"] or next(found))


def _cached_costs(item: str, plans: "Plans | None", base: "Plans | None") -> Costs | None:
    """The cached costs of a force, or of its settings at the revision."""
    before = item.startswith(_BEFORE)
    cache = base if before else plans
    found: Costs | None = cache.costs(item.removeprefix(_BEFORE)) if cache else None
    return found


def _cost(
    item: str,
    *,
    root: Path,
    folder: Path,
    arm_types: Path | None,
    prices: Prices,
    day: date | None,
    plans: "Plans | None",
    base: "Plans | None",
) -> Costs:
    from bluelamp.planning.attempt import planned
    from bluelamp.plans.cache import COST
    from bluelamp.plans.packing import packed
    from bluelamp.plans.reads import Reads

    def cost_of(force: str, place: Path, cache: "Plans | None") -> Costs:
        read = Reads()
        with cache.recording(read) if cache else nullcontext():
            costs = cost_of_plan(planned(force, place, arm_types=arm_types), place, prices=prices, day=day)
        if cache:
            cache.keep(force, {COST: packed(costs)}, read)
        return costs

    if not item.startswith(_BEFORE):
        return cost_of(item, root, plans)
    force = item.removeprefix(_BEFORE)
    try:
        return cost_of(force, folder, base)
    except (SettingsError, BluelampError) as error:
        problem = error.problems[0] if isinstance(error, SettingsError) else error
        raise UsageError(
            f"{force} cannot be planned as it was at the revision: {problem}", next_step="name another revision"
        ) from None


def _extracted(root: Path, forces: Sequence[str], revision: str, folder: Path) -> dict[str, bool]:
    """Writes the settings of a revision into `folder`.

    Returns the forces that had settings, each with whether its files are unchanged. Raises `UsageError`.
    """
    by_force = {force: _paths(force) for force in forces}
    paths = [*_SHARED, *sorted({path for own in by_force.values() for path in own})]
    try:
        files = git.files(root, git.resolve(root, revision), paths)
    except git.GitError as error:
        raise UsageError(
            f"--against {revision}: {error}", next_step="name a commit, a branch or a tag of this checkout"
        ) from None
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    shared = _same(root, _SHARED, files)
    return {
        force: shared and _same(root, own, files)
        for force, own in by_force.items()
        if f"stacks/Pulumi.{force}.yaml" in files
    }


def _paths(force: str) -> list[str]:
    """The files and folders of a force and of its environments, whose addresses must not overlap."""
    stacks = [join(split(force)[0], environment) for environment in ("", *ENVIRONMENTS)]
    return [path for stack in stacks for path in (f"stacks/Pulumi.{stack}.yaml", f"stacks/{stack}")]


def _same(root: Path, paths: Sequence[str], files: Mapping[str, bytes]) -> bool:
    """Whether the files at and below `paths` equal `files`."""
    before = {name: content for name, content in files.items() if any(_within(name, path) for path in paths)}
    places = [root / path for path in paths]
    found = [each for place in places for each in ((place, *place.rglob("*")) if place.is_dir() else (place,))]
    now = {each.relative_to(root).as_posix(): each for each in found if each.is_file()}
    return now.keys() == before.keys() and all(path.read_bytes() == before[name] for name, path in now.items())


def _within(name: str, path: str) -> bool:
    return name == path or name.startswith(f"{path}/")
