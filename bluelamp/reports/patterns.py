"""The page of patterns in demand: a map, the trend with intervals, the model's accuracy, and its limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bluelamp import __version__
from bluelamp.reports.forecast_chart import ForecastChart, Predicted, forecast_chart, predicted, spoken
from bluelamp.reports.hexmap import HexMap, hex_map
from bluelamp.reports.html import render
from bluelamp.workloads.patterns import Detected, Patterns, Result, card
from bluelamp.workloads.patterns.backtest import Group
from bluelamp.workloads.patterns.card import MISSING

STYLES: Final = ("report.css", "print.css", "quality.css", "patterns.css")
HOT: Final = 20
"""The number of cells with the highest forecast, marked on the map and listed."""
_SMALL: Final = (240, 150)
_LARGE: Final = (460, 260)
"""Width and height; legible on a telephone."""
_GEOGRAPHIES: Final = {"lsoa": "LSOA", "h3": "H3 cell"}
_KINDS: Final = {"type": "By type", "district": "By district", "fifth": "By how busy the area is"}


@dataclass(frozen=True, slots=True)
class HotCell:
    """One of the cells with the highest forecast."""

    rank: int
    cell: str
    name: str
    district: str
    expected: float
    low: int
    high: int
    before: int
    """The count in the last month of the history."""


@dataclass(frozen=True, slots=True)
class TypeLine:
    """One type, or all types together: the chart and its figures."""

    name: str
    counts: tuple[int, ...]
    tested: Predicted | None
    forecast: Predicted | None
    chart: ForecastChart


def to_html(patterns: Patterns, *, subject: str, beside: str = "", source: str = "") -> str:
    """The page of `patterns`. `beside` is the file name of the single view's page, `source` the data's attribution."""
    return render("patterns.html.j2", "quality.js", _context(patterns, subject, beside, source), styles=STYLES)


def _context(patterns: Patterns, subject: str, beside: str, source: str) -> dict[str, Any]:
    lsoa = patterns.lsoa
    months = _months(lsoa)
    cells = _map(patterns.h3)
    lines = _lines(lsoa, months)
    judged = [each for each in patterns.anomalies if not each.reason]
    return {
        "patterns": patterns,
        "subject": subject,
        "beside": beside,
        "source": source,
        "history": _joined([spoken(each) for each in lsoa.backtest.history]),
        "missing": MISSING,
        "results": [(_GEOGRAPHIES[each.demand.geography], each) for each in patterns.results],
        "usable": bool(patterns.usable),
        "headline": lines[0].forecast if lsoa.forecast else None,
        "months": months,
        "spoken": spoken,
        "map": cells[0] if cells else None,
        "hot": cells[1] if cells else (),
        "hot_share": _share(cells[1], patterns.h3) if cells else 0.0,
        "lines": lines,
        "outside": [
            each.name
            for each in lines[1:]
            if each.tested and each.counts[months.index(each.tested.month)] not in each.tested
        ],
        "groups": [(title, _groups(lsoa, kind)) for kind, title in _KINDS.items()],
        "breaks": [(each, found) for each in judged for found in each.breaks],
        "judged": judged,
        "unjudged": _unjudged(patterns.anomalies),
        "card": card(patterns),
        "version": __version__,
    }


def _months(result: Result) -> tuple[str, ...]:
    """The shown calendar month of each year."""
    shown = result.forecast or result.tested
    return tuple(each for each in result.demand.months if shown is None or each[5:] == shown.month[5:])


def _lines(result: Result, months: Sequence[str]) -> list[TypeLine]:
    demand = result.demand
    by_size = sorted(demand.types, key=lambda each: -demand.total(months[-1], each))
    found: list[TypeLine] = []
    for name, types in (("All types", demand.types), *((each, (each,)) for each in by_size)):
        counts = {month: sum(demand.total(month, each) for each in types) for month in months}
        tested = predicted(result.tested, types) if result.tested else None
        forecast = predicted(result.forecast, types) if result.forecast else None
        shown = [each for each in (tested, forecast) if each is not None]
        width, height = _SMALL if found else _LARGE
        chart = forecast_chart(name, counts, shown, width=width, height=height)
        found.append(TypeLine(name, tuple(counts.values()), tested, forecast, chart))
    return found


def _map(result: Result) -> tuple[HexMap, tuple[HotCell, ...]] | None:
    """The map of the forecast, and the cells with the highest values; None without a usable forecast."""
    demand, forecast = result.demand, result.forecast
    if forecast is None:
        return None
    expected = [sum(forecast.means[each][area] for each in demand.types) for area in range(len(demand.areas))]
    ranked = sorted(range(len(expected)), key=lambda area: (-expected[area], demand.areas[area]))[:HOT]
    values, titles, hot = {}, {}, {}
    for area, cell in enumerate(demand.areas):
        wide = forecast.interval_of(demand.types, [area])[-1]
        place = demand.places[cell]
        before = sum(demand.counts[each][forecast.history[-1]][area] for each in demand.types)
        values[cell] = expected[area]
        titles[cell] = (
            f"Around {place.name}: {expected[area]:,.0f} expected, 95% interval {wide.low:,} to {wide.high:,}; "
            f"{before:,} in {spoken(forecast.history[-1])}"
        )
        hot[area] = HotCell(0, cell, place.name, place.district, expected[area], wide.low, wide.high, before)
    drawn = hex_map(values, titles, ranked=[demand.areas[area] for area in ranked])
    listed = (hot[area] for area in ranked)
    return drawn, tuple(
        HotCell(rank, each.cell, each.name, each.district, each.expected, each.low, each.high, each.before)
        for rank, each in enumerate(listed, 1)
    )


def _share(hot: Sequence[HotCell], result: Result) -> float:
    assert result.forecast is not None
    return sum(each.expected for each in hot) / (result.forecast.total() or 1.0)


def _joined(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _groups(result: Result, kind: str) -> list[Group]:
    return [each for each in result.backtest.groups if each.kind == kind]


def _unjudged(anomalies: Sequence[Detected]) -> list[tuple[str, int]]:
    """The reasons why series were not judged, with the number of series."""
    reasons: dict[str, int] = {}
    for each in anomalies:
        if each.reason:
            reasons[each.reason] = reasons.get(each.reason, 0) + 1
    return list(reasons.items())
