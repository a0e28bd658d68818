"""Computes the lengths in the pages' charts, so that the templates only draw them.

A bar is beside its figures in words, so it is decorative for assistive technology.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from bluelamp.policies import Verdict
from bluelamp.reports.coverage import FrameworkCoverage, Standing
from bluelamp.reports.findings import SEVERITIES, VERDICTS, Finding, Report
from bluelamp.reports.trend import Run
from bluelamp.reports.words import STANDING_WORDS

WHOLE: Final = 1000
"""The length of a bar."""
SHORTEST: Final = 8
"""The minimum length of a bar's part, so that one failure among thousands is visible."""
RUNS: Final = 24
"""The number of latest runs in the trend."""
HEIGHT: Final = 120
"""The height of the trend's columns."""
_Kind = TypeVar("_Kind", bound=str)
_JUDGED: Final = tuple(verdict for verdict in VERDICTS if verdict is not Verdict.NOT_APPLICABLE)
_WORRYING: Final = (Verdict.FAIL, Verdict.ERROR, Verdict.UNKNOWN, Verdict.EXEMPT)


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a bar, in thousandths of its length; `kind` names its colour."""

    kind: str
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart: what it is about, its stretches, and what they count, the parts of nothing left out."""

    label: str
    segments: tuple[Segment, ...]
    counts: Mapping[str, int]
    link: str = ""

    @property
    def parts(self) -> list[tuple[str, str, int]]:
        """Each stretch: its kind, what it counts, and how many."""
        return [
            (each.kind, word, count) for each, (word, count) in zip(self.segments, self.counts.items(), strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Column:
    """One run of a trend, its stretches measured down from the top of the chart."""

    run: Run
    segments: tuple[Segment, ...]
    counts: Mapping[Verdict, int]

    @property
    def total(self) -> int:
        """The number of verdicts in the column."""
        return sum(self.counts.values())

    @property
    def top(self) -> int:
        """The top of the column, from the top of the chart."""
        return min((each.start for each in self.segments), default=HEIGHT)


@dataclass(frozen=True, slots=True)
class Tick:
    """A value on the axis, and where it is, down from the top of the drawing."""

    value: int
    y: int


@dataclass(frozen=True, slots=True)
class Axis:
    """The frame of a trend: the size of the drawing, where its columns begin and how far apart they are, its ticks."""

    columns: int
    highest: int

    @property
    def left(self) -> int:
        """The room for the labels of the values."""
        return 18 + 8 * len(f"{self.highest:,}")

    @property
    def step(self) -> int:
        """From one column to the next, wide enough for its value."""
        return max(34, 12 + 8 * len(f"{self.highest:,}"))

    @property
    def top(self) -> int:
        """The room above the highest column for its value."""
        return 20

    @property
    def width(self) -> int:
        """The width of the drawing; two columns at least, as the dates need that."""
        return self.left + 8 + self.step * max(self.columns, 2) + 30

    @property
    def height(self) -> int:
        """The height of the drawing, with the dates below."""
        return self.top + HEIGHT + 24

    @property
    def ticks(self) -> tuple[Tick, ...]:
        """None, half of the highest and the highest value; no half where that is no whole number."""
        values = [0, self.highest // 2, self.highest] if self.highest % 2 == 0 else [0, self.highest]
        return tuple(
            Tick(each, self.top + HEIGHT - round(HEIGHT * each / self.highest)) for each in dict.fromkeys(values)
        )

    def dated(self, number: int) -> bool:
        """Whether the date of a column is below it: the first, the last, and those between that have room."""
        every = -(-70 // self.step)
        last = self.columns - 1
        return number == last or (number % every == 0 and last - number >= every)


def axis(columns: Sequence[Column]) -> Axis:
    """The frame of these columns."""
    return Axis(len(columns), max((column.total for column in columns), default=0) or 1)


def bar(counts: Mapping[_Kind, int]) -> tuple[Segment, ...]:
    """The stretches of a bar for `counts`, by kind, in their order; they fill the whole bar."""
    kept = {kind: count for kind, count in counts.items() if count}
    spare = WHOLE - SHORTEST * len(kept)
    total = sum(kept.values())
    segments: list[Segment] = []
    so_far = start = 0
    for number, (kind, count) in enumerate(kept.items(), start=1):
        so_far += count
        end = SHORTEST * number + round(spare * so_far / total)
        segments.append(Segment(slug(kind), start, end - start))
        start = end
    return tuple(segments)


def by_severity(report: Report) -> tuple[Bar, ...]:
    """The verdicts on the rules of each severity, the worst first."""
    return _bars(report, SEVERITIES, lambda finding: finding.rule.severity)


def by_area(report: Report) -> tuple[Bar, ...]:
    """The verdicts on the rules of each area."""
    return _bars(report, sorted({rule.area for rule in report.rules}), lambda finding: finding.rule.area)


def by_framework(frameworks: Sequence[FrameworkCoverage]) -> tuple[Bar, ...]:
    """The standing of each framework's controls."""
    bars = []
    for number, framework in enumerate(frameworks, start=1):
        found = Counter(row.standing for row in framework.rows)
        counts = {STANDING_WORDS[standing]: found[standing] for standing in Standing if found[standing]}
        kinds = {standing.name.lower(): found[standing] for standing in Standing}
        bars.append(Bar(f"{framework.name} ({framework.edition})", bar(kinds), counts, f"framework-{number}"))
    return tuple(bars)


def trend(runs: Sequence[Run]) -> tuple[Column, ...]:
    """The last runs with what is not a pass in each, on one scale."""
    runs = runs[-RUNS:]
    counts = [{verdict: run.counts.get(verdict, 0) for verdict in _WORRYING} for run in runs]
    highest = max((sum(each.values()) for each in counts), default=0) or 1
    columns = []
    for run, each in zip(runs, counts, strict=True):
        segments: list[Segment] = []
        below = 0
        for verdict, count in each.items():
            if count:
                length = max(round(HEIGHT * count / highest), 1)
                segments.append(Segment(slug(verdict), HEIGHT - below - length, length))
                below += length
        columns.append(Column(run, tuple(segments), each))
    return tuple(columns)


def slug(text: str) -> str:
    """`text` as part of an id or a class."""
    return text.lower().replace(" ", "-").replace("_", "-")


def _bars(report: Report, labels: Iterable[str], label: Callable[[Finding], str]) -> tuple[Bar, ...]:
    found = Counter((label(finding), finding.verdict) for finding in report.findings)
    bars = []
    for each in labels:
        counts: dict[str, int] = {verdict: found[each, verdict] for verdict in _JUDGED if found[each, verdict]}
        if counts:
            bars.append(Bar(str(each), bar(counts), counts))
    return tuple(bars)
