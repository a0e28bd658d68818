"""The limits of what is read: how much text, how many values, how much work, however the input is made.

The limits count work, not time, so that the same input has the same outcome on every machine. Together they keep a
run below 2 GiB of memory.
"""

from collections.abc import Mapping
from typing import Any, Final

from bluelamp.core.problems import Problem

LARGEST_TEMPLATE: Final = 8_000_000
"""How many bytes a template or parameters file may have; Azure takes no template above 4 MB."""
LARGEST_MANIFEST: Final = 16_000_000
"""How many bytes a file of manifests may have. A cluster takes no object above 1.5 MB."""
MOST_BYTES: Final = 64_000_000
"""How many bytes the files of a run may have in all."""
MOST_VALUES: Final = 2_000_000
"""How many values (texts, numbers, lists, objects) the resources of a run may have in all."""
MOST_RESOURCES: Final = 50_000
"""How many resources a run may judge."""
MOST_STEPS: Final = 20_000_000
"""How many steps the expressions of a run may take: a value read, made or compared."""
MOST_CHARACTERS: Final = 200_000_000
"""How many characters the expressions of a run may make."""
MOST_PROBLEMS: Final = 500
"""How many problems are told at once."""
DEEPEST: Final = 200
"""How deep values may be nested."""


class OverBudget(Exception):  # noqa: N818 - what the input is, not an error of ours
    """The input exceeds a limit; the message names it."""


class Budget:
    """What a run may still read and compute. Every method raises `OverBudget` once a limit is exceeded."""

    def __init__(self) -> None:
        self._bytes = self._values = self._resources = self._steps = self._characters = 0

    def read(self, size: int) -> None:
        """Counts a file or stream of `size` bytes."""
        self._bytes += size
        if self._bytes > MOST_BYTES:
            raise OverBudget(f"the files have more than {MOST_BYTES // 1_000_000} MB in all; judge fewer at once")

    def resource(self, values: int) -> None:
        """Counts a resource of so many values."""
        self._resources += 1
        self._values += values
        if self._resources > MOST_RESOURCES:
            raise OverBudget(f"there are more than {MOST_RESOURCES:,} resources; judge fewer files at once")
        self.values(0)

    def values(self, count: int) -> None:
        """Counts values that are kept."""
        self._values += count
        if self._values > MOST_VALUES:
            raise OverBudget(f"there are more than {MOST_VALUES:,} values in all; judge fewer files at once")

    def step(self, count: int = 1) -> None:
        """Counts steps of an evaluation."""
        self._steps += count
        if self._steps > MOST_STEPS:
            raise OverBudget(f"the expressions take more than {MOST_STEPS:,} steps")

    def characters(self, count: int) -> None:
        """Counts characters that an evaluation makes."""
        self._characters += count
        if self._characters > MOST_CHARACTERS:
            raise OverBudget(f"the expressions make more than {MOST_CHARACTERS:,} characters")


def size(value: Any, most: int) -> int:
    """How many values there are in `value`, itself included; not counted further than `most`, nor by recursion.

    What stands in several places counts in each, so a value that grows at every level is measured at full size. Raises
    `OverBudget` where values are nested deeper than `DEEPEST`.
    """
    count = 1
    level = [value] if isinstance(value, (dict, list)) else []
    depth = 0
    # One level of the value at a time: a level that holds more than `most` values ends the count.
    while level:
        depth += 1
        if depth > DEEPEST:
            raise OverBudget(f"values are nested deeper than {DEEPEST}")
        inner: list[Any] = []
        for each in level:
            count += len(each)
            if count > most:
                return count
            items = each.values() if isinstance(each, Mapping) else each
            inner += [item for item in items if isinstance(item, (dict, list))]
        level = inner
    return count


def told(problems: list[Problem]) -> list[Problem]:
    """The first problems, and how many more there are."""
    if len(problems) <= MOST_PROBLEMS:
        return problems
    more = Problem("…", message=f"there are {len(problems) - MOST_PROBLEMS:,} problems more")
    return [*problems[:MOST_PROBLEMS], more]
