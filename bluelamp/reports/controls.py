"""The content of the controls page: each control's requirement, the rules that assess it, and the evidence."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bluelamp.core.text import cut
from bluelamp.policies import Control, Verdict
from bluelamp.policies.catalogues import Extent
from bluelamp.reports.charts import slug
from bluelamp.reports.coverage import ControlRow, FrameworkCoverage, coverage
from bluelamp.reports.findings import QUIET, VERDICTS, Finding, Report, RuleRecord
from bluelamp.reports.page import anchor, card_anchor, control_anchor
from bluelamp.reports.statements import StatementRecord
from bluelamp.reports.words import requirement, value

REPORT: Final = "report.html"
NAMED: Final = 3
"""The maximum number of a rule's resources named under each control; the report lists all of them."""
LONGEST: Final = 80
"""The maximum characters of a value."""
_EXTENTS: Final = {
    Extent.ASSESSED: "Infrastructure shows all that it asks.",
    Extent.PARTLY: "Infrastructure shows a part of what it asks.",
    Extent.NOT_ASSESSABLE: "Infrastructure does not show whether it is met.",
}


@dataclass(frozen=True, slots=True)
class Named:
    """A resource that breaks a rule, or on which the rule is undecided: its name, the value found, and a link."""

    name: str
    verdict: Verdict
    link: str
    path: str
    observed: str
    expected: str


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule's results: `heading` is that of its worst verdict, `counts` link to the findings of each verdict."""

    rule: RuleRecord
    heading: str
    counts: tuple[tuple[Verdict, int, str], ...]
    named: tuple[Named, ...]

    @property
    def idle(self) -> bool:
        """Whether no resource was judged by it."""
        return not self.counts


@dataclass(frozen=True, slots=True)
class ControlView:
    """A control, the rules that assess it, the worst first, and the statements on it."""

    row: ControlRow
    anchor: str
    rules: tuple[RuleView, ...]
    idle: tuple[RuleRecord, ...]
    statements: tuple[StatementRecord, ...]

    @property
    def extent(self) -> str:
        """How much of the control infrastructure can show, in a sentence."""
        return _EXTENTS[self.row.extent]


@dataclass(frozen=True, slots=True)
class FrameworkView:
    """A framework with its controls; `anchor` is its id in the page."""

    coverage: FrameworkCoverage
    anchor: str
    controls: tuple[ControlView, ...]

    @property
    def stated(self) -> int:
        """The number of controls with a statement."""
        return sum(1 for each in self.controls if each.statements)


def views(report: Report) -> Iterator[FrameworkView]:
    """Every framework of `report` with all of its controls."""
    rules = _rules(report)
    stated: dict[Control, list[StatementRecord]] = defaultdict(list)
    for each in report.statements:
        for control in each.controls:
            stated[control].append(each)
    for framework in coverage(report):
        controls = tuple(
            ControlView(
                row,
                control_anchor(row.control),
                tuple(sorted((rules[rule.id] for rule in row.rules if not rules[rule.id].idle), key=_worst_first)),
                tuple(rule for rule in row.rules if rules[rule.id].idle),
                tuple(stated[row.control]),
            )
            for row in framework.rows
        )
        yield FrameworkView(framework, framework_anchor(framework.name, framework.edition), controls)


def framework_anchor(name: str, edition: str) -> str:
    """The id, in the page, of a framework."""
    return control_anchor(Control(name, edition, "")).replace("control-", "framework-", 1).rstrip("-")


def context(report: Report) -> dict[str, Any]:
    """The context of the template."""
    return {
        "report": report,
        "frameworks": tuple(views(report)),
        "Verdict": Verdict,
        "slug": slug,
        "REPORT": REPORT,
        "control_anchor": control_anchor,
    }


def _rules(report: Report) -> Mapping[str, RuleView]:
    counted: dict[str, Counter[Verdict]] = {rule.id: Counter() for rule in report.rules}
    notable: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        counted[finding.rule.id][finding.verdict] += 1
        if finding.verdict not in QUIET and len(notable[finding.rule.id]) < NAMED:
            notable[finding.rule.id].append(finding)
    return {rule.id: _rule(rule, counted[rule.id], notable.get(rule.id, ())) for rule in report.rules}


def _rule(rule: RuleRecord, counts: Mapping[Verdict, int], notable: Sequence[Finding]) -> RuleView:
    found = [verdict for verdict in VERDICTS if counts[verdict]]
    return RuleView(
        rule,
        rule.heading(found[0]) if found else rule.title,
        tuple((verdict, counts[verdict], f"{REPORT}#{card_anchor(rule.id, verdict)}") for verdict in found),
        tuple(map(_named, notable)),
    )


def _named(finding: Finding) -> Named:
    has_values = finding.verdict in (Verdict.FAIL, Verdict.EXEMPT) and (finding.path or finding.expected is not None)
    return Named(
        finding.name,
        finding.verdict,
        f"{REPORT}#{anchor(finding.rule.id, finding.urn)}",
        finding.path,
        cut(value(finding.observed), LONGEST) if has_values else "",
        cut(requirement(finding.expected), LONGEST) if has_values else "",
    )


def _worst_first(view: RuleView) -> tuple[int, str]:
    return VERDICTS.index(view.counts[0][0]), view.rule.id
