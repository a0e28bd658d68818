"""Work on several forces at a time, answers in the order they were asked for."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _nothing() -> None:
    """Does nothing."""


def each(
    work: Callable[[str], T], forces: Iterable[str], jobs: int | None, interrupted: Callable[[], None] = _nothing
) -> Iterator[T]:
    """`work(force)` for every force, `jobs` at a time (by default, one a core).

    The engine works in processes of its own, so threads suffice. After an interruption nothing new is begun:
    `interrupted` is called at once, and then what is under way is waited for.
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
