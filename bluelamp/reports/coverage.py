"""The status of each control of a framework, with the reason for each control that no rule can assess."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bluelamp.policies import Control, Verdict
from bluelamp.policies.catalogues import Catalogue, Extent, Row, catalogues, rules_by_control
from bluelamp.reports.findings import UNDECIDED, VERDICTS, Finding, Report, RuleRecord

_UNLISTED: Final = Row("", Extent.PARTLY)
"""The row of a control that a rule is mapped to and no catalogue has."""


class ControlStatus(StrEnum):
    """The status of a control. Passing rules do not mean that the control as a whole is met.

    `PASSES` applies only if rules assess the whole control; if they assess part of it, the status is `PARTLY`.
    """

    FAILS = "a rule fails"
    UNDECIDED = "cannot be said"
    EXEMPT = "passes, with exemptions"
    PASSES = "its rules pass"
    PARTLY = "its rules pass, and they see a part of it"
    NOTHING_HERE = "nothing here to judge"
    NOT_ASSESSED = "not assessed by these rules"
    NOT_ASSESSABLE = "not assessable from infrastructure"


@dataclass(frozen=True, slots=True)
class ControlRow:
    """One control: its title (empty if no catalogue has it), the rules that assess it, and their verdicts.

    `extent` is how much of it rules can assess, `why` what they cannot; `unverified` is the part of the row that was
    not checked against the publisher's text, empty if all was.
    """

    control: Control
    title: str
    status: ControlStatus
    rules: tuple[RuleRecord, ...]
    counts: Mapping[Verdict, int]
    extent: Extent = Extent.PARTLY
    why: str = ""
    unverified: str = ""


@dataclass(frozen=True, slots=True)
class FrameworkCoverage:
    """One edition of a framework, with a row for each control; `published` is empty if no catalogue has it.

    `unverified` is the part of the catalogue that was not checked against the publisher's text.
    """

    name: str
    edition: str
    published: str
    rows: tuple[ControlRow, ...]
    unverified: str = ""

    @property
    def assessed(self) -> int:
        """The number of controls with at least one rule."""
        return sum(1 for row in self.rows if row.rules)

    @property
    def unseen(self) -> list[tuple[ControlRow, ...]]:
        """The controls that no rule assesses, grouped by status and reason."""
        groups: dict[tuple[str, ...], list[ControlRow]] = defaultdict(list)
        for row in self.rows:
            if not row.rules:
                groups[row.status, row.why, row.unverified].append(row)
        return [tuple(rows) for rows in groups.values()]

    @property
    def extents(self) -> Mapping[Extent, int]:
        """The number of controls by extent, with every extent."""
        counted = Counter(row.extent for row in self.rows)
        return {extent: counted[extent] for extent in Extent}


def coverage(report: Report, known: Sequence[Catalogue] | None = None) -> list[FrameworkCoverage]:
    """The coverage of every framework in `known` (by default the project's catalogues) or named by a rule.

    Controls are in the catalogue's order; controls that no catalogue has come last.
    """
    rules = rules_by_control(report.rules)
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        found[finding.rule.id].append(finding)
    known = catalogues() if known is None else known
    listed = {(each.framework, each.edition): dict(each.controls) for each in known}
    for control in sorted(rules, key=lambda each: (each.framework, each.edition, each.id)):
        listed.setdefault((control.framework, control.edition), {}).setdefault(control.id, _UNLISTED)
    about = {(each.framework, each.edition): each for each in known}
    return [
        FrameworkCoverage(
            name,
            edition,
            f"{about[name, edition].publisher}, {about[name, edition].published}" if (name, edition) in about else "",
            tuple(_row(Control(name, edition, id_), row, rules, found) for id_, row in ids.items()),
            about[name, edition].unverified if (name, edition) in about else "",
        )
        for (name, edition), ids in listed.items()
    ]


def _row(
    control: Control, row: Row, rules: Mapping[Control, list[RuleRecord]], found: Mapping[str, list[Finding]]
) -> ControlRow:
    used = tuple(sorted(rules.get(control, ()), key=lambda rule: rule.id))
    counted = Counter(finding.verdict for rule in used for finding in found.get(rule.id, []))
    counts = {verdict: counted[verdict] for verdict in VERDICTS}
    status = _status(row.extent, used, counts)
    return ControlRow(control, row.title, status, used, counts, row.extent, row.why, row.unverified)


def _status(extent: Extent, rules: tuple[RuleRecord, ...], counts: Mapping[Verdict, int]) -> ControlStatus:
    if not rules:
        return ControlStatus.NOT_ASSESSABLE if extent is Extent.NOT_ASSESSABLE else ControlStatus.NOT_ASSESSED
    if counts[Verdict.FAIL]:
        return ControlStatus.FAILS
    if any(counts[verdict] for verdict in UNDECIDED):
        return ControlStatus.UNDECIDED
    if counts[Verdict.EXEMPT]:
        return ControlStatus.EXEMPT
    if not counts[Verdict.PASS]:
        return ControlStatus.NOTHING_HERE
    return ControlStatus.PASSES if extent is Extent.ASSESSED else ControlStatus.PARTLY
