"""Computes the geometry of the pages' charts, so that the templates only draw them.

Each bar is beside its figures as text, so it is decorative for assistive technology.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from bluelamp.policies import Verdict
from bluelamp.reports.coverage import ControlStatus, FrameworkCoverage
from bluelamp.reports.findings import SEVERITIES, VERDICTS, Finding, Report
from bluelamp.reports.trend import Run
from bluelamp.reports.words import STATUS_WORDS

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
_NEEDING_ATTENTION: Final = (Verdict.FAIL, Verdict.ERROR, Verdict.UNKNOWN, Verdict.EXEMPT)


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment of a bar, in thousandths of its length; `kind` names its colour."""

    kind: str
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart: its label, its segments, and their counts; empty segments are omitted."""

    label: str
    segments: tuple[Segment, ...]
    counts: Mapping[str, int]
    link: str = ""

    @property
    def parts(self) -> list[tuple[str, str, int]]:
        """Each segment: its kind, its label and its count."""
        return [
            (each.kind, word, count) for each, (word, count) in zip(self.segments, self.counts.items(), strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Column:
    """One run of a trend, its segments measured down from the top of the chart."""

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
    """A value on the axis, and its position, down from the top of the drawing."""

    value: int
    y: int


@dataclass(frozen=True, slots=True)
class Axis:
    """The axes of a trend: the size of the drawing, the position and spacing of its columns, and its ticks."""

    columns: int
    highest: int

    @property
    def left(self) -> int:
        """The width of the labels of the values."""
        return 18 + 8 * len(f"{self.highest:,}")

    @property
    def step(self) -> int:
        """The distance between columns, wide enough for a value."""
        return max(34, 12 + 8 * len(f"{self.highest:,}"))

    @property
    def top(self) -> int:
        """The space above the highest column for its value."""
        return 20

    @property
    def width(self) -> int:
        """The width of the drawing, at least that of two columns with dates."""
        return self.left + 8 + self.step * max(self.columns, 2) + 30

    @property
    def height(self) -> int:
        """The height of the drawing, with the dates below."""
        return self.top + HEIGHT + 24

    @property
    def ticks(self) -> tuple[Tick, ...]:
        """Zero, half of the highest value (if that is a whole number) and the highest value."""
        values = [0, self.highest // 2, self.highest] if self.highest % 2 == 0 else [0, self.highest]
        return tuple(
            Tick(each, self.top + HEIGHT - round(HEIGHT * each / self.highest)) for each in dict.fromkeys(values)
        )

    def dated(self, number: int) -> bool:
        """Whether a column has a date label: the last, and others from the first on where there is space."""
        every = -(-70 // self.step)
        last = self.columns - 1
        return number == last or (number % every == 0 and last - number >= every)


def axis(columns: Sequence[Column]) -> Axis:
    """The axes of these columns."""
    return Axis(len(columns), max((column.total for column in columns), default=0) or 1)


def bar(counts: Mapping[_Kind, int]) -> tuple[Segment, ...]:
    """The segments of a bar for `counts`, by kind, in their order; they fill the whole bar."""
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
    """The numbers of each framework's controls by status."""
    bars = []
    for number, framework in enumerate(frameworks, start=1):
        found = Counter(row.status for row in framework.rows)
        counts = {STATUS_WORDS[status]: found[status] for status in ControlStatus if found[status]}
        kinds = {status.name.lower(): found[status] for status in ControlStatus}
        bars.append(Bar(f"{framework.name} ({framework.edition})", bar(kinds), counts, f"framework-{number}"))
    return tuple(bars)


def trend(runs: Sequence[Run]) -> tuple[Column, ...]:
    """The columns of the last runs, with each one's verdicts that need attention, on one scale."""
    runs = runs[-RUNS:]
    counts = [{verdict: run.counts.get(verdict, 0) for verdict in _NEEDING_ATTENTION} for run in runs]
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
