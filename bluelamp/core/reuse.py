"""Results kept for the objects that they were made from, in a process that does the same work again and again.

    _RESOURCES: Final[Kept[Resource]] = Kept()
    resource = _RESOURCES.of(urn, (planned,), lambda: made_from(planned))

A process keeps nothing unless it calls `keep`. A result is reused for the very same objects only: equal ones may differ
in what they hold, as `1` and `True` do.
"""

from collections.abc import Callable
from operator import is_
from typing import Final, Generic, TypeVar

T = TypeVar("T")

MOST: Final = 20_000
"""The results of one kind that are kept: those of the largest forces, but not of the whole country."""
_STATE: Final = {"keeping": False}


def keep() -> None:
    """From here on, this process and those forked from it keep results."""
    _STATE["keeping"] = True


def keeping() -> bool:
    """Whether this process keeps results."""
    return _STATE["keeping"]


class Kept(Generic[T]):
    """Results of one kind, by name."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[tuple[object, ...], T]] = {}

    def of(self, name: str, sources: tuple[object, ...], make: Callable[[], T]) -> T:
        """The result of `make`, which depends on `sources` alone; made once for the same ones."""
        if not _STATE["keeping"]:
            return make()
        found = self._found.get(name)
        if found is not None and len(found[0]) == len(sources) and all(map(is_, found[0], sources)):
            return found[1]
        made = make()
        if found is not None or len(self._found) < MOST:
            self._found[name] = sources, made
        return made
