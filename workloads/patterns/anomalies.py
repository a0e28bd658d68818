"""Detects level shifts in a monthly series, beyond its seasonality.

Each month is compared with the same month of the previous year, by the log ratio. A two-sided CUSUM with the textbook's
reference value and limit accumulates the deviations, in robust standard deviations of the months before. An unknown
month adds nothing; it does not count as zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from statistics import median
from typing import Final, Literal

REFERENCE: Final = 0.5
LIMIT: Final = 5.0
WINDOW: Final = 60
"""The number of preceding months that a month is compared with."""
LEAST: Final = 24
"""The minimum number of year-on-year changes."""
YEAR: Final = 12
_LEAST_SPREAD: Final = 0.01
_MAD: Final = 1.4826


@dataclass(frozen=True, slots=True)
class Break:
    """A level shift: `began` is its first month, `seen` the month in which the sum exceeds the limit."""

    began: str
    seen: str
    direction: Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Detected:
    """The breaks of a series; `reason` is why it was not tested, empty if it was."""

    name: str
    breaks: tuple[Break, ...]
    judged: int
    """Months."""
    reason: str = ""


def detect(name: str, months: Sequence[str], counts: Mapping[str, int | None]) -> Detected:
    """The breaks of the series `counts` over all `months`. A count that is None or missing is unknown."""
    changes = [_change(months, counts, number) for number in range(len(months))]
    known = sum(each is not None for each in changes)
    if known <= LEAST:
        reason = f"{known} months can be compared with the year before; {LEAST + 1} are needed"
        return Detected(name, (), 0, reason)
    found: list[Break] = []
    judged, resume = 0, 0
    up, down = _Sum(), _Sum()
    for number, change in enumerate(changes):
        before = [each for each in changes[max(0, number - WINDOW) : number] if each is not None]
        if change is None or len(before) < LEAST or number < resume:
            continue
        judged += 1
        centre = median(before)
        spread = max(_MAD * median(abs(each - centre) for each in before), _LEAST_SPREAD)
        distance = (change - centre) / spread
        for direction, each, way in (("up", up, distance), ("down", down, -distance)):
            if each.add(way, number):
                found.append(Break(months[each.start], months[number], "up" if direction == "up" else "down"))
                # For a year after a break, months are compared with months before it, so they are skipped.
                resume = each.start + YEAR
                up, down = _Sum(), _Sum()
                break
    return Detected(name, tuple(found), judged)


@dataclass(slots=True)
class _Sum:
    """One side of the CUSUM."""

    value: float = 0.0
    start: int = 0

    def add(self, distance: float, number: int) -> bool:
        """Adds a month; returns whether the sum exceeds the limit."""
        if not self.value:
            self.start = number
        self.value = max(0.0, self.value + distance - REFERENCE)
        return self.value > LIMIT


def _change(months: Sequence[str], counts: Mapping[str, int | None], number: int) -> float | None:
    if number < YEAR:
        return None
    now, before = counts.get(months[number]), counts.get(months[number - YEAR])
    return None if now is None or before is None else log((now + 0.5) / (before + 0.5))
