"""The limits of what is read: how much text, how many values, how much work, however the input is made.

The limits count work, not time, so that the same input has the same outcome on every machine. Together they keep a
run below 2 GiB of memory.
"""

import sys
from typing import Any, Final

from bluelamp.core.problems import Problem

LARGEST_TEMPLATE: Final = 8_000_000
"""How many bytes a template or parameters file may have; Azure takes no template above 4 MB."""
LARGEST_MANIFEST: Final = 16_000_000
"""How many bytes a file of manifests may have. A cluster takes no object above 1.5 MB."""
MOST_BYTES: Final = 64_000_000
"""How many bytes the files of a run may have in all."""
MOST_VALUES: Final = 4_000_000
"""How many names and values the resources of a run may have in all; 16 characters of a text count as one."""
MOST_RESOURCES: Final = 5_000
"""How many resources a run may judge."""
MOST_STEPS: Final = 10_000_000
"""How many steps the expressions of a run may take: a value read, made or compared, or 16 characters of a text."""
_CHARACTERS: Final = 16
_SCALARS: Final = frozenset({int, float, bool, type(None)})
LONGEST_LIST: Final = 20_000
"""How many items a list in a resource may have."""
MOST_PROBLEMS: Final = 500
"""How many problems are told at once."""
_MOST_WRONG: Final = 20_000
DEEPEST: Final = 200
"""How deep values may be nested."""


class OverBudget(Exception):  # noqa: N818 - what the input is, not an error of ours
    """The input exceeds a limit; the message names it."""


class Budget:
    """What a run may still read and compute. Every method raises `OverBudget` once a limit is exceeded."""

    def __init__(self) -> None:
        self._bytes = self._values = self._resources = self._steps = self._wrong = 0

    def read(self, size: int) -> None:
        """Counts a file or stream of `size` bytes."""
        self._bytes += size
        if self._bytes > MOST_BYTES:
            raise OverBudget(f"the files have more than {MOST_BYTES // 1_000_000} MB in all; judge fewer at once")

    def resource(self, value: Any) -> None:
        """Counts a resource, with all that is in it."""
        self._resources += 1
        self._values += size(value, MOST_VALUES, longest=LONGEST_LIST)
        if self._resources > MOST_RESOURCES:
            raise OverBudget(f"there are more than {MOST_RESOURCES:,} resources; judge fewer files at once")
        if self._values > MOST_VALUES:
            raise OverBudget(f"there are more than {MOST_VALUES:,} values in all; judge fewer files at once")

    def problem(self) -> None:
        """Counts a problem."""
        self._wrong += 1
        if self._wrong > _MOST_WRONG:
            raise OverBudget(f"there are more than {_MOST_WRONG:,} problems")

    def step(self, count: int = 1) -> None:
        """Counts steps of an evaluation."""
        self._steps += count
        if self._steps > MOST_STEPS:
            raise OverBudget(f"the expressions take more than {MOST_STEPS:,} steps")

    def weigh(self, value: Any) -> int:
        """Counts what it takes to go through `value`, and returns that."""
        weight = size(value, MOST_STEPS - self._steps)
        self.step(weight)
        return weight


def size(value: Any, most: int, deepest: int = DEEPEST, longest: int = sys.maxsize) -> int:
    """How many values there are in `value`, itself included, texts by their length; not counted much beyond `most`.

    What stands in several places counts in each, so a value that grows at every level is measured at full size. Raises
    `OverBudget` where values are nested deeper than `deepest`, and for a list of more than `longest` items. There is no
    recursion.
    """
    count, depth = 0, 0
    level = [value]
    while level:
        depth += 1
        if depth > deepest + 1:
            raise OverBudget(f"values are nested deeper than {deepest}")
        count += len(level)
        inner: list[Any] = []
        for each in level:
            kind = type(each)
            if kind in _SCALARS:
                continue
            if kind is str:
                count += len(each) // _CHARACTERS
            elif kind is dict or isinstance(each, dict):
                inner += each.values()
                inner += each
            elif isinstance(each, (list, tuple)):
                if len(each) > longest:
                    raise OverBudget(f"a list has more than {longest:,} items")
                inner += each
            elif (parts := getattr(each, "parts", None)) is not None:  # of what is not known yet
                inner += parts
            elif (key := getattr(each, "key", None)) is not None:
                count += len(key) // _CHARACTERS
            if count + len(inner) > most:
                return count + len(inner)
        level = inner
    return count


def told(problems: list[Problem]) -> list[Problem]:
    """The first problems, and how many more there are."""
    if len(problems) <= MOST_PROBLEMS:
        return problems
    *first, last = problems
    more = Problem("…", message=f"there are {len(problems) - MOST_PROBLEMS - 1:,} problems more")
    return [*first[:MOST_PROBLEMS], more, last]
