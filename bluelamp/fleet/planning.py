"""Work that plans forces, in several processes."""

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Final, TypeVar

from bluelamp.fleet.parallel import cores
from bluelamp.fleet.processes import in_processes

T = TypeVar("T")

_IMPORTED: Final = (
    "bluelamp.infra.program.build",
    "bluelamp.infra.program.azure.landing_zone",
    "bluelamp.infra.program.on_premises.estate",
    "bluelamp.planning.program",
    "bluelamp.policies",
    "bluelamp.rehearsal.azure.provider",
    "bluelamp.rehearsal.kubernetes.provider",
    "bluelamp.reports",
)
"""Modules that every plan needs and that are slow to import: imported once, before forking."""


def planning_each(work: Callable[[str], T], forces: Sequence[str], root: Path, jobs: int | None) -> Iterator[T]:
    """`work(force)` for every force, in `jobs` processes, by default one per core; in the order of the forces.

    The SDK keeps one program's state per process, so a process plans one force at a time. A single force is planned in
    this process.
    """
    if len(forces) == 1:
        yield work(forces[0])
        return
    for module in _IMPORTED:
        import_module(module)
    workers = min(jobs or cores(), len(forces))
    yield from in_processes(work, forces, workers, first=_largest(forces, root, 2 * workers))


def _largest(forces: Sequence[str], root: Path, count: int) -> list[str]:
    """The `count` forces with the longest stack files, which take longest to plan."""
    from bluelamp.infra.settings.layers import STACK_FILE

    paths = {force: root / STACK_FILE.format(slug=force) for force in forces}
    sizes = {force: path.stat().st_size if path.is_file() else 0 for force, path in paths.items()}
    return sorted(sizes, key=lambda force: sizes[force], reverse=True)[:count]
