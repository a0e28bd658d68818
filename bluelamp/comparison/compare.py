"""Comparing the working files with a base, force by force."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Final

from bluelamp.comparison import differing, snapshot
from bluelamp.comparison.base import Base, base_of, extracted, planned
from bluelamp.comparison.model import Because, Comparison, Force, Money, Reason, What
from bluelamp.comparison.reasons import reasons
from bluelamp.comparison.side import side
from bluelamp.core import git
from bluelamp.core.environments import split
from bluelamp.fleet.planning import planning_each

Tell = Callable[[int, int], None]
_KEY: Final = b"bluelamp"
_NOTHING: Final[Mapping[str, Any]] = {
    "resources": {},
    "components": {},
    "outputs": {},
    "verdicts": [],
    "titles": {},
    "cost": None,
}


def compare(
    root: Path,
    reference: str,
    forces: Sequence[str],
    *,
    jobs: int | None = None,
    option: str = "--changed",
    tell: Tell = lambda _done, _all: None,
) -> Comparison:
    """What the working files of the project at `root` change against `reference`, for each of `forces`.

    The base is the merge base of `reference` and HEAD. `forces` are stacks that exist on either side. Base and working
    files are planned offline, each with its own settings, program, modules and rules, in `jobs` processes. A side that
    cannot be planned is an error of the force, not of the comparison. `tell` is told how many sides of how many are
    planned. Raises `UsageError` where `reference` is no commit that shares history with HEAD.
    """
    base = base_of(root, reference, option=option)
    with extracted(root, base.commit) as folder:
        changed = git.changed(root, base.commit)
        there = [force for force in forces if _has(folder, force)]
        here = [force for force in forces if _has(root, force)]
        before = planned(folder, there, root, _KEY, jobs)
        tell(len(there), len(there) + len(here))
        after: dict[str, dict[str, Any]] = {}
        work = partial(side, root=root, key=_KEY, snapshot=snapshot.snapshot)
        for force, found in zip(here, planning_each(work, here, root, jobs) if here else (), strict=True):
            after[force] = found
            tell(len(there) + len(after), len(there) + len(here))
        found_forces = tuple(
            force_of(force, before.get(force), after.get(force), changed, folder, root) for force in forces
        )
    return Comparison(reference, base.commit, base.head, base.diverged, found_forces, _notes(base, changed))


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
    with _replacing(force) as forces:
        resources = differing.resources(old, new, forces)
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
        components = {urn.split("::")[2].rpartition("$")[2] for each in (old, new) for urn in each["components"]}
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
    from bluelamp.infra.stacks import environment_of

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


def _notes(base: Base, changed: Collection[str]) -> tuple[str, ...]:
    notes = []
    if base.diverged:
        notes.append(f"the reference has commits that HEAD lacks: compared with their merge base {base.commit[:12]}")
    if any(each in changed for each in ("requirements.lock", "requirements.txt", "uv.lock", "pyproject.toml")):
        notes.append("both sides are planned with the packages that are installed here, whatever a lock file says")
    return tuple(notes)


class _replacing:  # noqa: N801 - a context manager
    """The property paths that make the cloud replace a resource, as the rehearsal cloud's providers know them."""

    def __init__(self, force: str) -> None:
        self._force = force
        self._store: Any = None
        self._packages: Any = None

    def __enter__(self) -> differing.Forces:
        return self._paths

    def __exit__(self, *_: object) -> None:
        if self._store is not None:
            self._store.close()

    def _paths(self, urn: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Collection[str]:
        from bluelamp.rehearsal.packages import Packages
        from bluelamp.rehearsal.provider import Instance
        from bluelamp.rehearsal.store import Store

        if self._packages is None:
            self._store = Store(":memory:")
            self._packages = Packages(self._store)
        package = urn.split("::")[2].rpartition("$")[2].partition(":")[0]
        if package == "pulumi":
            return ()
        # A resource whose provider cannot say is updated.
        with suppress(Exception):
            provider = self._packages.provider(package)
            found = provider.diff(Instance(self._force, "bluelamp"), urn, "", _raw(before), {}, _raw(after))
            paths: Collection[str] = found.replaces
            return paths
        return ()


def _raw(value: Any) -> Any:
    """An encoded value as providers take it; a secret is its digest."""
    from bluelamp.rehearsal.values import UNKNOWN, Secret

    if isinstance(value, Mapping):
        kind = value.get(snapshot.MARK)
        if kind == "unknown":
            return UNKNOWN
        if kind in ("secret", "file"):
            return Secret(value["digest"])
        return {key: _raw(item) for key, item in value.items()}
    return [_raw(item) for item in value] if isinstance(value, list) else value
