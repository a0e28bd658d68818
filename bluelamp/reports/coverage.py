"""What the findings say of each control of a framework; controls that no rule looks at keep their row."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bluelamp.reports.findings import UNDECIDED, VERDICTS, Finding, Report, RuleRecord
from policies import Control, Verdict
from policies.catalogues import Catalogue, catalogues


class Standing(StrEnum):
    """What can be said of a control. That its rules pass does not mean that the control is met as a whole."""

    FAILS = "a rule fails"
    UNDECIDED = "cannot be said"
    EXEMPT = "passes, with exemptions"
    PASSES = "its rules pass"
    NOTHING_HERE = "nothing here to judge"
    NOT_ASSESSED = "not assessed by these rules"


@dataclass(frozen=True, slots=True)
class ControlRow:
    """One control: its title (empty where no catalogue has it), the rules that look at it, and their verdicts."""

    control: Control
    title: str
    standing: Standing
    rules: tuple[RuleRecord, ...]
    counts: Mapping[Verdict, int]


@dataclass(frozen=True, slots=True)
class FrameworkCoverage:
    """One edition of a framework, with a row for each control; `published` is empty where no catalogue has it."""

    name: str
    edition: str
    published: str
    rows: tuple[ControlRow, ...]

    @property
    def assessed(self) -> int:
        """How many controls at least one rule looks at."""
        return sum(1 for row in self.rows if row.rules)


def coverage(report: Report, known: Sequence[Catalogue] | None = None) -> list[FrameworkCoverage]:
    """The coverage of every framework that is known (by default, the project's own) or that a rule names.

    Controls stand in the catalogue's order; one that no catalogue has comes after them.
    """
    rules: dict[Control, list[RuleRecord]] = defaultdict(list)
    for rule in report.rules:
        for control in rule.controls:
            rules[control].append(rule)
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        found[finding.rule.id].append(finding)
    known = catalogues() if known is None else known
    published = {(each.framework, each.edition): f"{each.publisher}, {each.published}" for each in known}
    titles = {(each.framework, each.edition): dict(each.controls) for each in known}
    for control in sorted(rules, key=lambda each: (each.framework, each.edition, each.id)):
        titles.setdefault((control.framework, control.edition), {}).setdefault(control.id, "")
    return [
        FrameworkCoverage(
            name,
            edition,
            published.get((name, edition), ""),
            tuple(_row(Control(name, edition, id_), title, rules, found) for id_, title in ids.items()),
        )
        for (name, edition), ids in titles.items()
    ]


def _row(
    control: Control, title: str, rules: Mapping[Control, list[RuleRecord]], found: Mapping[str, list[Finding]]
) -> ControlRow:
    used = tuple(sorted(rules.get(control, ()), key=lambda rule: rule.id))
    counted = Counter(finding.verdict for rule in used for finding in found.get(rule.id, []))
    counts = {verdict: counted[verdict] for verdict in VERDICTS}
    return ControlRow(control, title, _standing(used, counts), used, counts)


def _standing(rules: tuple[RuleRecord, ...], counts: Mapping[Verdict, int]) -> Standing:
    if not rules:
        return Standing.NOT_ASSESSED
    if counts[Verdict.FAIL]:
        return Standing.FAILS
    if any(counts[verdict] for verdict in UNDECIDED):
        return Standing.UNDECIDED
    if counts[Verdict.EXEMPT]:
        return Standing.EXEMPT
    return Standing.PASSES if counts[Verdict.PASS] else Standing.NOTHING_HERE
