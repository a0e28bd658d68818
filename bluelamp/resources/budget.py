"""The limits on input: size, number of values, and work.

The limits count work, not time, so that the same input has the same result on every machine. Together they keep a run
below 2 GiB of memory.
"""

import sys
from typing import Any, Final

from bluelamp.core.problems import Problem

LARGEST_TEMPLATE: Final = 8_000_000
"""The maximum size of a template or parameters file, in bytes; Azure accepts templates up to 4 MB."""
LARGEST_MANIFEST: Final = 16_000_000
"""The maximum size of a file of manifests, in bytes; a cluster accepts objects up to 1.5 MB."""
MOST_BYTES: Final = 64_000_000
"""The maximum total size of a run's files, in bytes."""
MOST_VALUES: Final = 4_000_000
"""The maximum number of names and values in a run's resources; 16 characters of a string count as one."""
MOST_RESOURCES: Final = 5_000
"""The maximum number of resources in a run."""
MOST_STEPS: Final = 10_000_000
"""The maximum number of evaluation steps in a run: a value read, created or compared, or 16 characters of a string."""
_CHARACTERS: Final = 16
_SCALARS: Final = frozenset({int, float, bool, type(None)})
LONGEST_LIST: Final = 20_000
"""The maximum number of items in a list of a resource."""
MOST_PROBLEMS: Final = 500
"""The maximum number of reported problems."""
_MOST_PROBLEMS_COUNTED: Final = 20_000
DEEPEST: Final = 200
"""The maximum nesting depth of values."""


class OverBudget(Exception):  # noqa: N818 - describes the input, not an error of the program
    """The input exceeds a limit; the message names it."""


class Budget:
    """What a run may still read and compute. Every method raises `OverBudget` once a limit is exceeded."""

    def __init__(self) -> None:
        self._bytes = self._values = self._resources = self._steps = self._problems = 0

    def read(self, size: int) -> None:
        """Counts a file or stream of `size` bytes."""
        self._bytes += size
        if self._bytes > MOST_BYTES:
            raise OverBudget(f"the files have more than {MOST_BYTES // 1_000_000} MB in all; judge fewer at once")

    def resource(self, value: Any) -> None:
        """Counts a resource and its values."""
        self._resources += 1
        self._values += size(value, MOST_VALUES, longest=LONGEST_LIST)
        if self._resources > MOST_RESOURCES:
            raise OverBudget(f"there are more than {MOST_RESOURCES:,} resources; judge fewer files at once")
        if self._values > MOST_VALUES:
            raise OverBudget(f"there are more than {MOST_VALUES:,} values in all; judge fewer files at once")

    def problem(self) -> None:
        """Counts a problem."""
        self._problems += 1
        if self._problems > _MOST_PROBLEMS_COUNTED:
            raise OverBudget(f"there are more than {_MOST_PROBLEMS_COUNTED:,} problems")

    def step(self, count: int = 1) -> None:
        """Counts steps of an evaluation."""
        self._steps += count
        if self._steps > MOST_STEPS:
            raise OverBudget(f"the expressions take more than {MOST_STEPS:,} steps")

    def weigh(self, value: Any) -> int:
        """Counts the steps of traversing `value`, and returns their number."""
        weight = size(value, MOST_STEPS - self._steps)
        self.step(weight)
        return weight


def size(value: Any, most: int, deepest: int = DEEPEST, longest: int = sys.maxsize) -> int:
    """The number of values in `value`, including itself, with strings by length; counting stops soon after `most`.

    Shared values count at each place, so a value that grows at every level is measured at its full size. Raises
    `OverBudget` for values nested deeper than `deepest`, and for a list of more than `longest` items. Not recursive.
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
            elif (parts := getattr(each, "parts", None)) is not None:  # an unknown value
                inner += parts
            elif (key := getattr(each, "key", None)) is not None:
                count += len(key) // _CHARACTERS
            if count + len(inner) > most:
                return count + len(inner)
        level = inner
    return count


def first_problems(problems: list[Problem]) -> list[Problem]:
    """The first problems, and the number of further ones."""
    if len(problems) <= MOST_PROBLEMS:
        return problems
    *first, last = problems
    more = Problem("…", message=f"{len(problems) - MOST_PROBLEMS - 1:,} more problems")
    return [*first[:MOST_PROBLEMS], more, last]
