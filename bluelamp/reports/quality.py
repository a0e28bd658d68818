"""The scorecard of executed data contracts as a self-contained page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bluelamp import __version__
from bluelamp.reports.html import render
from bluelamp.reports.months import MonthChart, month_chart
from bluelamp.workloads.quality import AssetResult, Dimension, Outcome, QualityRun, Result
from bluelamp.workloads.quality.history import Past

STYLES: Final = ("report.css", "print.css", "quality.css")
_KINDS: Final[Mapping[Outcome, str]] = {Outcome.PASS: "pass", Outcome.FAIL: "fail", Outcome.NOT_RUN: "unknown"}
_ANSWERS: Final[Mapping[Outcome, str]] = {
    Outcome.PASS: "within-baseline",
    Outcome.FAIL: "not-within-baseline",
    Outcome.NOT_RUN: "cannot-be-said",
}
_ORDER: Final = (Outcome.FAIL, Outcome.NOT_RUN, Outcome.PASS)


@dataclass(frozen=True, slots=True)
class Cell:
    """The checks of one asset and dimension."""

    kind: str
    passed: int
    total: int


@dataclass(frozen=True, slots=True)
class Line:
    """An asset in the scorecard."""

    asset: AssetResult
    cells: tuple[Cell, ...]
    results: tuple[Result, ...]
    """Failures first."""
    charts: tuple[MonthChart, ...]
    blocked_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunColumn:
    """A run in the trend: its segments from the top of the chart down, as kind, start and length."""

    past: Past
    x: int
    stretches: tuple[tuple[str, int, int], ...]


HEIGHT: Final = 120


def to_html(
    run: QualityRun, past: Sequence[Past] = (), blocked: Mapping[str, Sequence[str]] | None = None, *, beside: str = ""
) -> str:
    """The page of `run`.

    `past` are all runs, the oldest first; `blocked` has the assets that may not be published, each with the assets that
    block it; `beside` is the file name of the page that it belongs to.
    """
    return render("quality.html.j2", "quality.js", _context(run, past, blocked or {}, beside), styles=STYLES)


def _context(
    run: QualityRun, past: Sequence[Past], blocked: Mapping[str, Sequence[str]], beside: str
) -> dict[str, Any]:
    lines = [_line(asset, run.dimensions, tuple(blocked.get(asset.asset, ()))) for asset in run.assets]
    lines.sort(key=lambda line: (_ORDER.index(line.asset.outcome), line.asset.asset))
    outcomes = [each.outcome for each in run.assets]
    worst = next((each for each in _ORDER if each in outcomes), Outcome.NOT_RUN)
    return {
        "run": run,
        "lines": lines,
        "blocked": blocked,
        "kinds": _KINDS,
        "Outcome": Outcome,
        "answer": _ANSWERS[worst],
        "outcomes": {each: outcomes.count(each) for each in Outcome},
        "counts": run.count(),
        "trend": _trend(past),
        "trend_height": HEIGHT,
        "beside": beside,
        "version": __version__,
    }


def _line(asset: AssetResult, dimensions: Sequence[Dimension], blocked_by: tuple[str, ...]) -> Line:
    cells = []
    for each in dimensions:
        counts = asset.count(each)
        total = sum(counts.values())
        cells.append(Cell(_kind(asset, each, counts), counts[Outcome.PASS], total))
    charts = [
        month_chart(f"Rows of {each.check.table} by month", [(month.month, month.rows) for month in each.months])
        for each in asset.results
        if each.months
    ]
    results = sorted(asset.results, key=lambda each: _ORDER.index(each.outcome))
    return Line(asset, tuple(cells), tuple(results), tuple(charts), blocked_by)


def _kind(asset: AssetResult, dimension: Dimension, counts: Mapping[Outcome, int]) -> str:
    """The colour of a cell; failures of warning severity have their own."""
    if not sum(counts.values()):
        return ""
    failed = [each for each in asset.results if each.outcome is Outcome.FAIL and each.check.dimension == dimension]
    if any(each.check.severity == "error" for each in failed):
        return "fail"
    return "unknown" if counts[Outcome.NOT_RUN] else "exempt" if failed else "pass"


def _trend(past: Sequence[Past]) -> tuple[RunColumn, ...]:
    most = max((sum(each.total.values()) for each in past), default=0) or 1
    found = []
    for number, each in enumerate(past):
        total = each.total
        start = HEIGHT - round(HEIGHT * sum(total.values()) / most)
        stretches = []
        for outcome in _ORDER:
            length = round(HEIGHT * total[outcome] / most)
            if total[outcome]:
                length = max(2, length)
            stretches.append((_KINDS[outcome], start, length))
            start += length
        found.append(RunColumn(each, 48 + 34 * number, tuple(stretches)))
    return tuple(found)
