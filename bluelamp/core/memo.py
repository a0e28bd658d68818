"""Results reused for the objects that they were computed from, in a process that repeats the same work.

    _RESOURCES: Final[Memo[Resource]] = Memo()
    resource = _RESOURCES.of(urn, (planned,), lambda: convert(planned))

Nothing is reused unless the process calls `enable`. A result is reused for identical objects only: equal ones may
differ in what they hold, as `1` and `True` do.
"""

from collections.abc import Callable
from operator import is_
from typing import Final, Generic, TypeVar

T = TypeVar("T")

MOST: Final = 20_000
"""The maximum number of results of one kind: enough for the largest forces, not for the whole country."""
_STATE: Final = {"enabled": False}


def enable() -> None:
    """Enables reuse in this process and in those forked from it later."""
    _STATE["enabled"] = True


def is_enabled() -> bool:
    """Whether this process reuses results."""
    return _STATE["enabled"]


class Memo(Generic[T]):
    """Results of one kind, one per name."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[tuple[object, ...], T]] = {}

    def of(self, name: str, sources: tuple[object, ...], compute: Callable[[], T]) -> T:
        """The result of `compute`, which must depend only on `sources`; computed once for identical ones."""
        if not _STATE["enabled"]:
            return compute()
        found = self._found.get(name)
        if found is not None and len(found[0]) == len(sources) and all(map(is_, found[0], sources)):
            return found[1]
        result = compute()
        if found is not None or len(self._found) < MOST:
            self._found[name] = sources, result
        return result
