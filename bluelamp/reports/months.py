"""A column chart of counts by month; a month without data is unknown, not zero."""

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
    """A month: its rows, None if unknown, and the column's position in the drawing."""

    month: str
    rows: int | None
    x: int
    y: int
    height: int

    @property
    def dated(self) -> bool:
        """Whether the axis labels the month; every third is labelled."""
        return int(self.month[5:7]) % 3 == 1


@dataclass(frozen=True, slots=True)
class MonthTick:
    """A value on the axis, and its position."""

    value: int
    y: int


@dataclass(frozen=True, slots=True)
class MonthChart:
    """The drawing; lengths are in SVG user units."""

    title: str
    columns: tuple[MonthColumn, ...]
    ticks: tuple[MonthTick, ...]

    @property
    def width(self) -> int:
        """The width of the drawing."""
        return LEFT + STEP * len(self.columns) + 12

    @property
    def height(self) -> int:
        """The height of the drawing, with the labels of the months."""
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
        """The top of the highest column."""
        return TOP

    @property
    def unknown(self) -> int:
        """The number of unknown months."""
        return sum(each.rows is None for each in self.columns)

    @property
    def description(self) -> str:
        """The chart as text, for assistive technology."""
        known = [each for each in self.columns if each.rows is not None]
        parts = ", ".join(f"{each.month} {each.rows:,}" for each in known[:12])
        return f"{parts or 'no month is known'}; {self.unknown} of {len(self.columns)} months unknown"


def month_chart(title: str, months: Sequence[tuple[str, int | None]]) -> MonthChart:
    """The chart of `months`, in their order: each with its rows, or None if unknown."""
    most = max((rows or 0 for _, rows in months), default=0) or 1
    unit = 10 ** (len(str(most)) - 1)
    step = max(1, -(-most // (unit * _TICKS))) * unit
    top = step * -(-most // step)
    columns = []
    for number, (month, rows) in enumerate(months):
        height = round(HEIGHT * (rows or 0) / top)
        columns.append(MonthColumn(month, rows, LEFT + 8 + STEP * number, TOP + HEIGHT - height, height))
    ticks = [MonthTick(value, TOP + HEIGHT - round(HEIGHT * value / top)) for value in range(0, top + 1, step)]
    return MonthChart(title, tuple(columns), tuple(ticks))
