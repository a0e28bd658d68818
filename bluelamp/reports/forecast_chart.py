"""A chart of one calendar month by year: counts, and predictions with their intervals."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from bluelamp.workloads.patterns import Expected

_LEFT: Final = 64
_RIGHT: Final = 16
_TOP: Final = 14
_FOOT: Final = 26
_TICKS: Final = 4


@dataclass(frozen=True, slots=True)
class Predicted:
    """A prediction for a month: the expected count, and the limits of the narrow and the wide interval."""

    month: str
    expected: float
    narrow: tuple[int, int]
    wide: tuple[int, int]

    def __contains__(self, count: int) -> bool:
        return self.wide[0] <= count <= self.wide[1]


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark in the drawing at a month: `narrow` and `wide` are the top and bottom of its intervals, if it has them."""

    x: int
    y: int
    narrow: tuple[int, int] = (0, 0)
    wide: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class ForecastChart:
    """The drawing; lengths are in SVG user units."""

    title: str
    width: int
    height: int
    left: int
    ticks: tuple[tuple[int, int], ...]
    """Value and position."""
    years: tuple[tuple[str, int], ...]
    line: str
    seen: tuple[Mark, ...]
    predicted: tuple[Mark, ...]
    description: str
    """The chart as text, for assistive technology."""


def predicted(expected: Expected, types: Sequence[str]) -> Predicted:
    """The prediction for `types` together, over all areas."""
    narrow, wide = expected.interval_of(types)
    total = sum(expected.total(each) for each in types)
    return Predicted(expected.month, total, (narrow.low, narrow.high), (wide.low, wide.high))


def forecast_chart(
    title: str, counts: Mapping[str, int], predictions: Sequence[Predicted], *, width: int, height: int
) -> ForecastChart:
    """The chart of `counts` by month, and of `predictions` for these or other months."""
    months = sorted({*counts, *(each.month for each in predictions)})
    step, most = _scale([*counts.values(), *(each.wide[1] for each in predictions)])
    room = (width - _LEFT - _RIGHT) / len(months)
    tall = height - _TOP - _FOOT

    def across(month: str) -> int:
        return round(_LEFT + room * (months.index(month) + 0.5))

    def down(value: float) -> int:
        return round(_TOP + tall * (1 - value / most))

    aside = round(min(14, room / 5))
    marks = []
    for each in predictions:
        x = across(each.month) + (aside if each.month in counts else 0)
        marks.append(Mark(x, down(each.expected), _pair(each.narrow, down), _pair(each.wide, down)))
    seen = [Mark(across(month), down(count)) for month, count in sorted(counts.items())]
    counted = ", ".join(f"{month[:4]} {count:,}" for month, count in sorted(counts.items()))
    forecast = "; ".join(
        f"{each.month[:4]} predicted {each.expected:,.0f}, {each.wide[0]:,} to {each.wide[1]:,}" for each in predictions
    )
    return ForecastChart(
        title,
        width,
        height,
        _LEFT,
        tuple((value, down(value)) for value in range(0, most + 1, step)),
        tuple((month[:4], across(month)) for month in months),
        "M" + " L".join(f"{each.x} {each.y}" for each in seen),
        tuple(seen),
        tuple(marks),
        f"{title}: counted {counted}; {forecast}" if forecast else f"{title}: counted {counted}",
    )


def _pair(ends: tuple[int, int], down: Callable[[float], int]) -> tuple[int, int]:
    return down(ends[1]), down(ends[0])


def _scale(values: Sequence[int]) -> tuple[int, int]:
    """The interval of the ticks, and the value at the top."""
    most = max(values, default=0) or 1
    unit = 10 ** (len(str(most)) - 1)
    step = next(each for each in (unit // 2, unit, 2 * unit, 5 * unit) if each and each * _TICKS >= most)
    return step, step * -(-most // step)


def spoken(month: str) -> str:
    """`2019-07` as `July 2019`."""
    return f"{date(int(month[:4]), int(month[5:]), 1):%B %Y}"
