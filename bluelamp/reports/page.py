"""What the page shows, worked out from a report, so that the templates only lay it out."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from bluelamp.reports.coverage import FrameworkCoverage, coverage
from bluelamp.reports.findings import SEVERITIES, VERDICTS, Finding, Report, RuleRecord
from bluelamp.reports.words import asked, says_more, value
from policies import Control, Enforcement, Verdict

WORST: Final = 5
"""How many failing rules are named at the top."""
LONGEST: Final = 600
"""Characters of a value that the page shows; findings.json has all of it."""
_HAVE_VALUES: Final = frozenset({Verdict.FAIL, Verdict.PASS, Verdict.EXEMPT})


@dataclass(frozen=True, slots=True)
class Row:
    """One finding. `id` is the same in every report on the same resource and rule."""

    id: str
    finding: Finding
    observed: str
    expected: str
    note: str


@dataclass(frozen=True, slots=True)
class Card:
    """One rule with all its findings of one verdict."""

    id: str
    rule: RuleRecord
    verdict: Verdict
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """One verdict with its rules, the worst first."""

    verdict: Verdict
    count: int
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule with how many resources have each verdict."""

    rule: RuleRecord
    counts: Mapping[Verdict, int]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the bar of verdicts, in thousandths of its length."""

    verdict: Verdict
    start: int
    length: int


@dataclass(frozen=True)
class Page:
    """Everything on the page, in its order."""

    report: Report
    bar: tuple[Segment, ...]
    worst: tuple[Card, ...]
    groups: tuple[Group, ...]
    frameworks: tuple[FrameworkCoverage, ...]
    rules: tuple[RuleLine, ...]

    @cached_property
    def titles(self) -> Mapping[Control, str]:
        """What each control is called, where a catalogue says so."""
        return {row.control: row.title for framework in self.frameworks for row in framework.rows}


def page(report: Report) -> Page:
    """The page of `report`."""
    groups = tuple(_groups(report))
    failing = sorted((card for group in groups if group.verdict is Verdict.FAIL for card in group.cards), key=_badness)
    return Page(
        report, tuple(_bar(report)), tuple(failing[:WORST]), groups, tuple(coverage(report)), tuple(_rules(report))
    )


def anchor(rule: str, urn: str) -> str:
    """The id, in the page, of what `rule` says of the resource `urn`."""
    return "f-" + hashlib.sha256(f"{rule}\n{urn}".encode()).hexdigest()[:12]


def control_anchor(control: Control) -> str:
    """The id, in the page, of a control's row."""
    return "control-" + re.sub(r"[^A-Za-z0-9.]+", "-", str(control))


def _groups(report: Report) -> Iterator[Group]:
    cards: dict[Verdict, dict[str, list[Finding]]] = {verdict: defaultdict(list) for verdict in VERDICTS}
    for finding in report.findings:
        cards[finding.verdict][finding.rule.id].append(finding)
    for verdict in VERDICTS:
        found = tuple(
            Card(f"{id_}-{verdict.replace(' ', '-')}", rows[0].rule, verdict, tuple(map(_row, rows)))
            for id_, rows in cards[verdict].items()
        )
        if found:
            yield Group(verdict, report.counts[verdict], found)


def _badness(card: Card) -> tuple[bool, int, int, str]:
    rule = card.rule
    return rule.enforcement is not Enforcement.MANDATORY, SEVERITIES.index(rule.severity), -len(card.rows), rule.id


def _row(finding: Finding) -> Row:
    observed = expected = ""
    if finding.verdict in _HAVE_VALUES and (finding.path or finding.expected is not None):
        whole = finding.verdict is Verdict.PASS and finding.expected is None
        observed, expected = ("", "") if whole else (_short(value(finding.observed)), _short(asked(finding.expected)))
    note = finding.message if says_more(finding) else ""
    return Row(anchor(finding.rule.id, finding.urn), finding, observed, expected, _short(note))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + "… (the rest is in findings.json)"


def _rules(report: Report) -> Iterator[RuleLine]:
    counts: dict[str, dict[Verdict, int]] = {rule.id: dict.fromkeys(VERDICTS, 0) for rule in report.rules}
    for finding in report.findings:
        counts[finding.rule.id][finding.verdict] += 1
    for rule in report.rules:
        yield RuleLine(rule, counts[rule.id])


def _bar(report: Report) -> Iterator[Segment]:
    total = len(report.findings)
    start = so_far = 0
    for verdict, count in report.counts.items():
        if not count:
            continue
        so_far += count
        end = round(1000 * so_far / total)
        yield Segment(verdict, start, max(end - start, 1))
        start = end


def context(report: Report) -> dict[str, Any]:
    """What the template is given."""
    return {
        "page": page(report),
        "report": report,
        "Verdict": Verdict,
        "verdicts": VERDICTS,
        "control_anchor": control_anchor,
    }
