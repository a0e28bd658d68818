"""The content of the page that compares forces: a row for each force, and failing rules and controls by force."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bluelamp.policies import Enforcement, Severity, Verdict
from bluelamp.reports import charts
from bluelamp.reports.charts import Segment
from bluelamp.reports.coverage import ControlStatus, coverage
from bluelamp.reports.findings import SEVERITIES, VERDICTS, Answer, Report, RuleRecord
from bluelamp.reports.page import WORST, badness, card_anchor
from bluelamp.reports.totals import together
from bluelamp.reports.undecided import Cause, texts_of
from bluelamp.reports.undecided import counted as counted_verdicts
from bluelamp.reports.words import ANSWER_WORDS, some

_DISPLAYED: Final = (Verdict.FAIL, Verdict.ERROR, Verdict.UNKNOWN, Verdict.EXEMPT, Verdict.PASS)
"""The table of rules shows, for each force, the first of these verdicts that occurs."""
_ANSWERS: Final = (Answer.NOT_WITHIN, Answer.UNDECIDED, Answer.WITHIN_PICKED, Answer.WITHIN)
_NEEDING_ATTENTION: Final = frozenset(_DISPLAYED) - {Verdict.PASS}


@dataclass(frozen=True, slots=True)
class Line:
    """One force: the link to its report, its verdicts as a bar, its mandatory failures by severity, and the number of
    resources that no rule covers."""

    report: Report
    link: str
    bar: tuple[Segment, ...]
    severities: Mapping[Severity, int]
    uncovered: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """The result of one rule or framework for one force: a colour, a figure, a text for it, and a link to details."""

    kind: str
    figure: str
    text: str
    link: str = ""


_ELSEWHERE: Final = {
    Enforcement.MANDATORY: Cell("none", "", "advisory here"),
    Enforcement.ADVISORY: Cell("none", "", "mandatory here"),
}
"""The cell of a force for which the rule has the other enforcement."""


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule over all forces: the numbers of failing forces and resources, and a cell for each force.

    `worst` is the worst verdict on it in any force.
    """

    rule: RuleRecord
    forces: int
    resources: int
    cells: tuple[Cell, ...]
    id: str
    worst: Verdict

    @property
    def title(self) -> str:
        """The heading of the row."""
        return self.rule.heading(self.worst)


@dataclass(frozen=True, slots=True)
class FrameworkRow:
    """One framework over all forces."""

    name: str
    edition: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Open:
    """The forces that one cause leaves undecided, the number of their verdicts, and the step that decides them."""

    lines: tuple[Line, ...]
    text: str
    step: str


@dataclass(frozen=True)
class National:
    """The complete page, in order."""

    lines: tuple[Line, ...]
    answers: Mapping[Answer, int]
    counts: Mapping[Verdict, int]
    totals: Mapping[str, int]
    undecided: tuple[Open, ...]
    rules: tuple[RuleRow, ...]
    frameworks: tuple[FrameworkRow, ...]
    rules_judged: int

    @property
    def reports(self) -> tuple[Report, ...]:
        """The report of each force."""
        return tuple(line.report for line in self.lines)

    @property
    def worst(self) -> tuple[RuleRow, ...]:
        """The rules that fail in any force, the most severe first, at most `WORST`."""
        return tuple(row for row in self.rules if row.forces)[:WORST]


def national(reports: Sequence[Report]) -> National:
    """The page that compares `reports`, the forces that need the most work first."""
    ordered = sorted(reports, key=need)
    found = Counter(report.answer for report in ordered)
    lines = tuple(map(_line, ordered))
    return National(
        lines=lines,
        answers={answer: found[answer] for answer in _ANSWERS},
        counts={verdict: sum(report.counts[verdict] for report in ordered) for verdict in VERDICTS},
        totals=together([each.totals for each in ordered]),
        undecided=tuple(_undecided(lines)),
        rules=tuple(_rules(ordered)),
        frameworks=tuple(_frameworks(ordered)),
        rules_judged=len({rule.id for report in ordered for rule in report.rules}),
    )


def need(report: Report) -> tuple[Any, ...]:
    """The sort key that puts the force with the most work first: its answer, mandatory failures by severity, undecided
    verdicts, advisory failures, uncovered resources; then its name."""
    severities = Counter(finding.rule.severity for finding in report.broken)
    return (
        _ANSWERS.index(report.answer),
        *(-severities[severity] for severity in SEVERITIES),
        -len(report.undecided),
        -len(report.advised),
        -report.totals.without_rule,
        report.name,
    )


def _undecided(lines: Sequence[Line]) -> Iterator[Open]:
    """The undecided forces by cause."""
    open_ = [line for line in lines if line.report.answer is Answer.UNDECIDED]
    nothing = tuple(line for line in open_ if not line.report.undecided)
    if nothing:
        yield Open(nothing, "there is nothing to judge", "check the source that was judged")
    found: dict[tuple[Cause, str], list[Line]] = defaultdict(list)
    for line in open_:
        for each in line.report.causes:
            found[each.cause, line.report.source].append(line)
    for (cause, source), those in sorted(found.items(), key=lambda each: (list(Cause).index(each[0][0]), each[0][1])):
        count = sum(len(each.findings) for line in those for each in line.report.causes if each.cause is cause)
        what, step = texts_of(cause, source, [line.report.force for line in those])
        yield Open(tuple(those), counted_verdicts(count, what), step)


def headline(shown: National) -> str:
    """The answer for all forces in one sentence, and a second one on resources that no rule covers, if any."""
    left = sum(line.uncovered for line in shown.lines)
    uncovered = f"{some(left, 'resource')} {_be(left)} covered by no rule." if left else ""
    return f"{_headline(shown)} {uncovered}".rstrip()


def _headline(shown: National) -> str:
    whole = len(shown.lines)
    outside, open_ = shown.answers[Answer.NOT_WITHIN], shown.answers[Answer.UNDECIDED]
    if outside:
        return f"{outside} of {whole} forces {_be(outside)} not within {_their(outside)} security baseline."
    if open_:
        return f"It is undecided for {open_} of {whole} forces whether {_they(open_)} within the security baseline."
    if shown.answers[Answer.WITHIN_PICKED]:
        return f"All {whole} forces are within the rules that were picked, which are not their whole security baseline."
    return f"All {whole} forces are within their security baseline."


def explanation(shown: National) -> list[str]:
    """The reasons for the answer and the changes, in a few sentences."""
    answers = [f"{count} {ANSWER_WORDS[answer]}" for answer, count in shown.answers.items() if count]
    sentences = [f"{some(len(shown.lines), 'force')}: {', '.join(answers)}."]
    filters = sorted({each for report in shown.reports for each in report.filters})
    if filters:
        sentences.append(f"Picked: {'; '.join(filters)}; the report does not cover the whole baseline.")
    mandatory = sum(len(report.broken) for report in shown.reports)
    failing = sum(1 for row in shown.rules if row.forces)
    if failing:
        failed = f"{some(failing, 'rule')} {'fails' if failing == 1 else 'fail'} somewhere"
        sentences.append(f"{failed}, with {some(mandatory, 'mandatory failure')} in all.")
    since = [report.since for report in shown.reports if report.since and report.since.previous]
    if since:
        new, fixed = sum(len(each.new) for each in since), sum(len(each.fixed) for each in since)
        judged = some(len(since), "force")
        sentences.append(f"Since the last reports on {judged}: {some(new, 'new failure')}, {fixed:,} fixed.")
    return sentences


def counted(shown: National) -> str:
    """The counts of all forces together, in one line."""
    totals = shown.totals
    return (
        f"All forces together: {some(totals['resources'], 'resource')} ({totals['judged']:,} judged, "
        f"{totals['in_part']:,} judged in part, {totals['without_rule']:,} without a rule); "
        f"{some(totals['verdicts'], 'verdict')} by {some(shown.rules_judged, 'rule')}, with "
        f"{some(totals['mandatory_failures'], 'mandatory failure')}, "
        f"{some(totals['advisory_failures'], 'advisory failure')}, {totals['undecided']:,} mandatory undecided and "
        f"{totals['exempt']:,} exempt."
    )


def tables(shown: National) -> list[tuple[Enforcement, list[RuleRow]]]:
    """The rules that do not pass everywhere, by enforcement."""
    return [
        (each, rows)
        for each in (Enforcement.MANDATORY, Enforcement.ADVISORY)
        if (rows := [row for row in shown.rules if row.rule.enforcement is each])
    ]


def context(reports: Sequence[Report]) -> dict[str, Any]:
    """The template's context."""
    shown = national(reports)
    return {
        "page": shown,
        "headline": headline(shown),
        "explanation": explanation(shown),
        "bar": charts.bar(shown.counts),
        "severities": SEVERITIES,
        "Answer": Answer,
        "Verdict": Verdict,
        "counted": counted(shown),
        "tables": tables(shown),
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
    """A row for each rule, and two for a rule that is mandatory for some forces and advisory for others."""
    counted: dict[str, list[Counter[Verdict]]] = defaultdict(lambda: [Counter() for _ in reports])
    kept: dict[tuple[str, Enforcement], RuleRecord] = {}
    enforced: list[dict[str, Enforcement]] = []
    for index, report in enumerate(reports):
        enforced.append({rule.id: rule.enforcement for rule in report.rules})
        for rule in report.rules:
            key = rule.id, rule.enforcement
            kept[key] = min(kept.get(key, rule), rule, key=badness)
        for finding in report.findings:
            counted[finding.rule.id][index][finding.verdict] += 1
    rows = []
    for (id_, enforcement), rule in kept.items():
        here = [rules.get(id_, enforcement) is enforcement for rules in enforced]
        found = [each for each, belongs in zip(counted[id_], here, strict=True) if belongs]
        if any(each[verdict] for each in found for verdict in _NEEDING_ATTENTION):
            other = id_ in counted and len([key for key in kept if key[0] == id_]) > 1
            rows.append(
                RuleRow(
                    rule,
                    sum(1 for each in found if each[Verdict.FAIL]),
                    sum(each[Verdict.FAIL] for each in found),
                    tuple(
                        _rule_cell(id_, each, report) if belongs else _ELSEWHERE[enforcement]
                        for each, report, belongs in zip(counted[id_], reports, here, strict=True)
                    ),
                    f"{id_}-{enforcement}" if other and enforcement is Enforcement.ADVISORY else id_,
                    next(verdict for verdict in _DISPLAYED if any(each[verdict] for each in found)),
                )
            )
    return sorted(rows, key=lambda row: (not row.forces, *badness(row.rule), -row.forces, -row.resources, row.rule.id))


def _rule_cell(rule: str, counts: Mapping[Verdict, int], report: Report) -> Cell:
    for verdict in _DISPLAYED:
        if count := counts[verdict]:
            link = "" if verdict is Verdict.PASS else f"{report.force}/report.html#{card_anchor(rule, verdict)}"
            return Cell(charts.slug(verdict), f"{count:,}", verdict, link)
    return Cell("none", "", "nothing to judge")


def _frameworks(reports: Sequence[Report]) -> Iterable[FrameworkRow]:
    cells: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    for report in reports:
        for number, framework in enumerate(coverage(report), start=1):
            found = Counter(row.status for row in framework.rows)
            failing, judged = found[ControlStatus.FAILS], framework.assessed - found[ControlStatus.NOTHING_HERE]
            kind = "fail" if failing else "unknown" if found[ControlStatus.UNDECIDED] else "pass" if judged else "none"
            text = f"of {judged} controls that could be judged have a failing rule"
            cells[framework.name, framework.edition].append(
                Cell(kind, f"{failing}/{judged}", text, f"{report.force}/report.html#framework-{number}")
            )
    return [FrameworkRow(*key, tuple(each)) for key, each in cells.items() if len(each) == len(reports)]


def _be(count: int) -> str:
    return "is" if count == 1 else "are"


def _their(count: int) -> str:
    return "its" if count == 1 else "their"


def _they(count: int) -> str:
    return "it is" if count == 1 else "they are"
