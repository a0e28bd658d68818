"""Breaks in a monthly series: a level that is no longer what the season and the years before give.

Each month is compared with the same month a year before, by the logarithm of the ratio. A two-sided CUSUM with the
textbook's reference value and limit adds up what does not fit, in robust standard deviations of the months before. A
month that is not known adds nothing, and is no zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from statistics import median
from typing import Final, Literal

REFERENCE: Final = 0.5
LIMIT: Final = 5.0
WINDOW: Final = 60
"""Months before that a month is judged by."""
LEAST: Final = 24
"""Comparisons without which nothing is judged."""
YEAR: Final = 12
_LEAST_SPREAD: Final = 0.01
_MAD: Final = 1.4826


@dataclass(frozen=True, slots=True)
class Break:
    """A change of level: `began` is the first month of it, `seen` the one with which it is beyond the limit."""

    began: str
    seen: str
    direction: Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Detected:
    """What a series shows; `reason` says why it is not judged, and is empty where it is."""

    name: str
    breaks: tuple[Break, ...]
    judged: int
    """Months."""
    reason: str = ""


def detect(name: str, months: Sequence[str], counts: Mapping[str, int | None]) -> Detected:
    """The breaks of the series `counts` over `months`, every month from first to last; None or nothing is not known."""
    changes = [_change(months, counts, number) for number in range(len(months))]
    known = sum(each is not None for each in changes)
    if known <= LEAST:
        said = f"{known} months can be compared with the year before; {LEAST + 1} are needed"
        return Detected(name, (), 0, said)
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
                # For a year after it began, a month is compared with one before the break, and says nothing new.
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
        """Adds a month; whether the sum is beyond the limit."""
        if not self.value:
            self.start = number
        self.value = max(0.0, self.value + distance - REFERENCE)
        return self.value > LIMIT


def _change(months: Sequence[str], counts: Mapping[str, int | None], number: int) -> float | None:
    if number < YEAR:
        return None
    now, before = counts.get(months[number]), counts.get(months[number - YEAR])
    return None if now is None or before is None else log((now + 0.5) / (before + 0.5))
