"""A column chart of counts by month, in which a month without data is unknown and not zero."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

HEIGHT: Final = 140
TOP: Final = 20
LEFT: Final = 64
STEP: Final = 30
_TICKS: Final = 4


@dataclass(frozen=True, slots=True)
class MonthColumn:
    """A month: its rows, None where unknown, and the column's place in the drawing."""

    month: str
    rows: int | None
    x: int
    y: int
    height: int

    @property
    def dated(self) -> bool:
        """Whether the axis names the month: every third."""
        return int(self.month[5:7]) % 3 == 1


@dataclass(frozen=True, slots=True)
class MonthTick:
    """A value on the axis, and where it is."""

    value: int
    y: int


@dataclass(frozen=True, slots=True)
class MonthChart:
    """The drawing; all lengths are its own units."""

    title: str
    columns: tuple[MonthColumn, ...]
    ticks: tuple[MonthTick, ...]

    @property
    def width(self) -> int:
        """Of the drawing."""
        return LEFT + STEP * len(self.columns) + 12

    @property
    def height(self) -> int:
        """Of the drawing, with the names of the months."""
        return TOP + HEIGHT + 28

    @property
    def left(self) -> int:
        """The position of the axis."""
        return LEFT

    @property
    def foot(self) -> int:
        """The bottom of the columns."""
        return TOP + HEIGHT

    @property
    def top(self) -> int:
        """Where the highest column begins."""
        return TOP

    @property
    def unknown(self) -> int:
        """The number of unknown months."""
        return sum(each.rows is None for each in self.columns)

    @property
    def said(self) -> str:
        """The chart in words."""
        known = [each for each in self.columns if each.rows is not None]
        parts = ", ".join(f"{each.month} {each.rows:,}" for each in known[:12])
        return f"{parts or 'no month is known'}; {self.unknown} of {len(self.columns)} months unknown"


def month_chart(title: str, months: Sequence[tuple[str, int | None]]) -> MonthChart:
    """The chart of `months`, in their order: each with its rows, or None where it is unknown."""
    most = max((rows or 0 for _, rows in months), default=0) or 1
    unit = 10 ** (len(str(most)) - 1)
    step = max(1, -(-most // (unit * _TICKS))) * unit
    whole = step * -(-most // step)
    columns = []
    for number, (month, rows) in enumerate(months):
        height = round(HEIGHT * (rows or 0) / whole)
        columns.append(MonthColumn(month, rows, LEFT + 8 + STEP * number, TOP + HEIGHT - height, height))
    ticks = [MonthTick(value, TOP + HEIGHT - round(HEIGHT * value / whole)) for value in range(0, whole + 1, step)]
    return MonthChart(title, tuple(columns), tuple(ticks))
