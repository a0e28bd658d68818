"""What the page that compares forces shows: a row for each force, and which rules and controls fail where."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bluelamp.policies import Severity, Verdict
from bluelamp.reports import charts
from bluelamp.reports.charts import Segment
from bluelamp.reports.coverage import Standing, coverage
from bluelamp.reports.findings import SEVERITIES, VERDICTS, Answer, Report, RuleRecord
from bluelamp.reports.page import WORST, badness, card_anchor
from bluelamp.reports.words import some

_TOLD: Final = (Verdict.FAIL, Verdict.ERROR, Verdict.UNKNOWN, Verdict.EXEMPT, Verdict.PASS)
"""Which verdict of a rule on a force's resources the table of rules tells: the first of these that there is."""
_ANSWERS: Final = (Answer.NOT_WITHIN, Answer.CANNOT_BE_SAID, Answer.WITHIN_PICKED, Answer.WITHIN)
_TROUBLE: Final = frozenset(_TOLD) - {Verdict.PASS}


@dataclass(frozen=True, slots=True)
class Line:
    """One force: where its report is, its verdicts as a bar, its mandatory failures by severity, and how many
    resources no rule covers."""

    report: Report
    link: str
    bar: tuple[Segment, ...]
    severities: Mapping[Severity, int]
    uncovered: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """What one rule or framework says of one force: a colour, a figure, the same in words, and where more is said."""

    kind: str
    figure: str
    said: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule over all forces: how many fail it, on how many resources, and a cell for each force."""

    rule: RuleRecord
    forces: int
    resources: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class FrameworkRow:
    """One framework over all forces."""

    name: str
    edition: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class National:
    """The whole page, in its order."""

    lines: tuple[Line, ...]
    answers: Mapping[Answer, int]
    counts: Mapping[Verdict, int]
    rules: tuple[RuleRow, ...]
    frameworks: tuple[FrameworkRow, ...]
    rules_judged: int

    @property
    def reports(self) -> tuple[Report, ...]:
        """The report of each force."""
        return tuple(line.report for line in self.lines)

    @property
    def worst(self) -> tuple[RuleRow, ...]:
        """The rules that fail in most places, the gravest first."""
        return tuple(row for row in self.rules if row.forces)[:WORST]


def national(reports: Sequence[Report]) -> National:
    """The page that compares `reports`, the forces by name."""
    ordered = sorted(reports, key=lambda report: report.name)
    found = Counter(report.answer for report in ordered)
    return National(
        lines=tuple(map(_line, ordered)),
        answers={answer: found[answer] for answer in _ANSWERS},
        counts={verdict: sum(report.counts[verdict] for report in ordered) for verdict in VERDICTS},
        rules=tuple(_rules(ordered)),
        frameworks=tuple(_frameworks(ordered)),
        rules_judged=len({rule.id for report in ordered for rule in report.rules}),
    )


def headline(shown: National) -> str:
    """The answer for all forces in one sentence, and in a second one how much no rule covers."""
    left = sum(line.uncovered for line in shown.lines)
    told = f"{some(left, 'resource')} {_be(left)} covered by no rule." if left else ""
    return f"{_headline(shown)} {told}".rstrip()


def _headline(shown: National) -> str:
    whole = len(shown.lines)
    outside, open_ = shown.answers[Answer.NOT_WITHIN], shown.answers[Answer.CANNOT_BE_SAID]
    if outside:
        return f"{outside} of {whole} forces {_be(outside)} not within {_their(outside)} security baseline."
    if open_:
        return f"It cannot be said of {open_} of {whole} forces whether {_they(open_)} within the security baseline."
    if shown.answers[Answer.WITHIN_PICKED]:
        return f"All {whole} forces are within the rules that were picked, which are not their whole security baseline."
    return f"All {whole} forces are within their security baseline."


def explanation(shown: National) -> list[str]:
    """Why, and what changed: a few sentences."""
    told = [f"{count} {answer}" for answer, count in shown.answers.items() if count]
    said = [f"{some(len(shown.lines), 'force')}: {', '.join(told)}."]
    filters = sorted({each for report in shown.reports for each in report.filters})
    if filters:
        said.append(f"Picked: {'; '.join(filters)}; nothing is said of the baseline as a whole.")
    mandatory = sum(len(report.broken) for report in shown.reports)
    failing = sum(1 for row in shown.rules if row.forces)
    if failing:
        failed = f"{some(failing, 'rule')} {'fails' if failing == 1 else 'fail'} somewhere"
        said.append(f"{failed}, with {some(mandatory, 'mandatory failure')} in all.")
    since = [report.since for report in shown.reports if report.since and report.since.previous]
    if since:
        new, fixed = sum(len(each.new) for each in since), sum(len(each.fixed) for each in since)
        judged = some(len(since), "force")
        said.append(f"Since the last reports on {judged}: {some(new, 'new failure')}, {fixed:,} fixed.")
    return said


def context(reports: Sequence[Report]) -> dict[str, Any]:
    """What the template is given."""
    shown = national(reports)
    return {
        "page": shown,
        "headline": headline(shown),
        "explanation": explanation(shown),
        "bar": charts.bar(shown.counts),
        "severities": SEVERITIES,
        "Answer": Answer,
        "Verdict": Verdict,
    }


def _line(report: Report) -> Line:
    found = Counter(finding.rule.severity for finding in report.broken)
    return Line(
        report,
        f"{report.force}/report.html",
        charts.bar(report.counts),
        {severity: found[severity] for severity in SEVERITIES},
        sum(len(each.resources) for each in report.uncovered),
    )


def _rules(reports: Sequence[Report]) -> list[RuleRow]:
    counted: dict[str, list[Counter[Verdict]]] = defaultdict(lambda: [Counter() for _ in reports])
    strictest: dict[str, RuleRecord] = {}
    for index, report in enumerate(reports):
        for rule in report.rules:
            strictest[rule.id] = min(strictest.get(rule.id, rule), rule, key=badness)
        for finding in report.findings:
            counted[finding.rule.id][index][finding.verdict] += 1
    rows = [
        RuleRow(
            strictest[id_],
            sum(1 for each in found if each[Verdict.FAIL]),
            sum(each[Verdict.FAIL] for each in found),
            tuple(_rule_cell(id_, each, report) for each, report in zip(found, reports, strict=True)),
        )
        for id_, found in counted.items()
        if any(each[verdict] for each in found for verdict in _TROUBLE)
    ]
    return sorted(rows, key=lambda row: (not row.forces, *badness(row.rule), -row.forces, -row.resources, row.rule.id))


def _rule_cell(rule: str, counts: Mapping[Verdict, int], report: Report) -> Cell:
    for verdict in _TOLD:
        if count := counts[verdict]:
            link = "" if verdict is Verdict.PASS else f"{report.force}/report.html#{card_anchor(rule, verdict)}"
            return Cell(charts.slug(verdict), f"{count:,}", verdict, link)
    return Cell("none", "", "nothing to judge")


def _frameworks(reports: Sequence[Report]) -> Iterable[FrameworkRow]:
    cells: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    for report in reports:
        for number, framework in enumerate(coverage(report), start=1):
            found = Counter(row.standing for row in framework.rows)
            failing, judged = found[Standing.FAILS], framework.assessed - found[Standing.NOTHING_HERE]
            kind = "fail" if failing else "unknown" if found[Standing.UNDECIDED] else "pass" if judged else "none"
            said = f"of {judged} controls that could be judged have a failing rule"
            cells[framework.name, framework.edition].append(
                Cell(kind, f"{failing}/{judged}", said, f"{report.force}/report.html#framework-{number}")
            )
    return [FrameworkRow(*key, tuple(each)) for key, each in cells.items() if len(each) == len(reports)]


def _be(count: int) -> str:
    return "is" if count == 1 else "are"


def _their(count: int) -> str:
    return "its" if count == 1 else "their"


def _they(count: int) -> str:
    return "it is" if count == 1 else "they are"
