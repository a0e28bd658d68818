"""Work on several forces in parallel, with results in the order of the forces."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def cores() -> int:
    """The number of processors available to this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _nothing() -> None:
    """Does nothing."""


def each(
    work: Callable[[str], T], forces: Iterable[str], jobs: int | None, interrupted: Callable[[], None] = _nothing
) -> Iterator[T]:
    """`work(force)` for every force, `jobs` at a time (by default, one per core).

    The engine runs in separate processes, so threads suffice. After an interruption no new work starts:
    `interrupted` is called at once, and then running work is awaited.
    """
    with ThreadPoolExecutor(max_workers=jobs or cores()) as pool:
        waiting = [pool.submit(work, force) for force in forces]
        try:
            for future in waiting:
                yield future.result()
        except BaseException:
            interrupted()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
