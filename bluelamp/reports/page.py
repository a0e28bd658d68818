"""The content of one force's page, computed from a report."""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from bluelamp.policies import Control, Enforcement, Verdict
from bluelamp.reports import charts
from bluelamp.reports.charts import Bar, Column, Segment, slug
from bluelamp.reports.coverage import FrameworkCoverage, coverage
from bluelamp.reports.exemptions import ExemptionRecord
from bluelamp.reports.findings import QUIET, SEVERITIES, VERDICTS, Finding, Report, RuleRecord
from bluelamp.reports.grouping import grouped
from bluelamp.reports.totals import SOURCES
from bluelamp.reports.trend import Run
from bluelamp.reports.words import baseline_status, requirement, says_more, value

WORST: Final = 5
"""The number of failing rules named at the top."""
LONGEST: Final = 600
"""The maximum characters of a value on the page; findings.json has the full value."""
CONTROLS: Final = "controls.html"
"""The page of every control, beside that of the report."""
MOST_LISTED: Final = 20_000
"""A page with more findings lists at most `LISTED` passes of each rule, so that any browser can open it."""
LISTED: Final = 50
"""The maximum number of listed passes of a rule on a page with more than `MOST_LISTED` findings."""
_HAVE_VALUES: Final = frozenset({Verdict.FAIL, Verdict.PASS, Verdict.EXEMPT})


@dataclass(frozen=True, slots=True)
class Row:
    """One finding. `id` is the same in every report for the same resource and rule; `age` is when it began to fail.

    `baseline_status` is its status against an earlier report: `new: …`, `known` or `known, changed`; empty without one.
    """

    id: str
    finding: Finding
    observed: str
    expected: str
    note: str
    age: datetime | None = None
    baseline_status: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One rule with its findings of one verdict; `unlisted` of the `count` are not among the rows.

    `alike` has the rows in groups that differ only in their resource.
    """

    id: str
    rule: RuleRecord
    verdict: Verdict
    alike: tuple[tuple[Row, ...], ...]
    count: int

    @property
    def title(self) -> str:
        """The heading of the card."""
        return self.rule.heading(self.verdict)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The findings that are listed."""
        return tuple(row for rows in self.alike for row in rows)

    @property
    def remedies(self) -> tuple[str, ...]:
        """The settings that fix the failures, in the format of a settings file."""
        return tuple(dict.fromkeys(row.finding.remedy for row in self.rows if row.finding.remedy))

    @property
    def baseline_counts(self) -> str:
        """The numbers of new and known findings against an earlier report; empty without one."""
        found = Counter(
            "new" if row.baseline_status.startswith("new") else "known" for row in self.rows if row.baseline_status
        )
        return ", ".join(f"{found[word]:,} {word}" for word in ("new", "known") if found[word])

    @property
    def unlisted(self) -> int:
        """The number of findings that only findings.json lists."""
        return self.count - len(self.rows)


@dataclass(frozen=True, slots=True)
class Group:
    """One verdict with its rules, the worst first."""

    verdict: Verdict
    count: int
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule with the number of resources for each verdict; it is `idle` if there was nothing to judge."""

    rule: RuleRecord
    counts: Mapping[Verdict, int]

    @property
    def idle(self) -> bool:
        """Whether the rule applies to no resource."""
        return not any(self.counts.values())


@dataclass(frozen=True, slots=True)
class Changed:
    """A changed finding: its rule, its resource, and its link on the page, empty if it is not listed."""

    rule: str
    title: str
    resource: str
    link: str


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes since the previous report."""

    previous: Run
    new: tuple[Changed, ...]
    fixed: tuple[Changed, ...]
    flapping: tuple[Changed, ...]


@dataclass(frozen=True)
class Page:
    """The complete page, in order."""

    report: Report
    bar: tuple[Segment, ...]
    changes: Changes | None
    worst: tuple[Card, ...]
    severities: tuple[Bar, ...]
    areas: tuple[Bar, ...]
    trend: tuple[Column, ...]
    groups: tuple[Group, ...]
    frameworks: tuple[FrameworkCoverage, ...]
    rules: tuple[RuleLine, ...]

    @cached_property
    def titles(self) -> Mapping[Control, str]:
        """The titles of controls, from the catalogues."""
        return {row.control: row.title for framework in self.frameworks for row in framework.rows}

    @cached_property
    def controls(self) -> tuple[Bar, ...]:
        """The status of each framework's controls."""
        return charts.by_framework(self.frameworks)

    @property
    def axis(self) -> charts.Axis:
        """The axes of the trend."""
        return charts.axis(self.trend)

    @cached_property
    def diagram(self) -> str:
        """The SVG of the estate; empty if there is nothing to draw."""
        estate = self.report.estate
        if estate is None or not (estate.networks or estate.sites or estate.clusters or estate.services):
            return ""
        from bluelamp.render.inline import inline

        return inline(estate, f"The estate as {SOURCES[self.report.source]}")

    @cached_property
    def answers(self) -> Mapping[str, tuple[Control, ...]]:
        """The controls that each rule assesses, of every framework and edition, by the rule's id."""
        found: dict[str, list[Control]] = defaultdict(list)
        for framework in self.frameworks:
            for row in framework.rows:
                for rule in row.rules:
                    found[rule.id].append(row.control)
        return {id_: tuple(controls) for id_, controls in found.items()}

    @cached_property
    def exemptions(self) -> Mapping[str, ExemptionRecord]:
        """Every exemption by its id."""
        return {each.id: each for each in self.report.exemptions}

    @cached_property
    def resources(self) -> Mapping[str, int]:
        """The resources of listed findings that need no attention, each with its number."""
        quiet = (card for group in self.groups if group.verdict in QUIET for card in group.cards)
        urns = sorted({row.finding.urn for card in quiet for row in card.rows})
        return {urn: number for number, urn in enumerate(urns, 1)}

    @cached_property
    def troubled(self) -> Mapping[str, tuple[Card, ...]]:
        """The cards that need attention, by rule id."""
        cards: dict[str, list[Card]] = defaultdict(list)
        for group in self.groups:
            if group.verdict not in QUIET:
                for card in group.cards:
                    cards[card.rule.id].append(card)
        return {id_: tuple(found) for id_, found in cards.items()}


def page(report: Report) -> Page:
    """The page of `report`."""
    groups = tuple(_groups(report))
    failing = sorted((card for group in groups if group.verdict is Verdict.FAIL for card in group.cards), key=_badness)
    return Page(
        report=report,
        bar=charts.bar(report.counts),
        changes=_changes(report, groups),
        worst=tuple(failing[:WORST]),
        severities=charts.by_severity(report),
        areas=charts.by_area(report),
        trend=charts.trend(report.since.trend) if report.since else (),
        groups=groups,
        frameworks=tuple(coverage(report)),
        rules=tuple(_rules(report)),
    )


def anchor(rule: str, urn: str) -> str:
    """The id, in the page, of the finding of `rule` on the resource `urn`."""
    return "f-" + hashlib.sha256(f"{rule}\n{urn}".encode()).hexdigest()[:12]


def card_anchor(rule: str, verdict: str) -> str:
    """The id, in the page, of a rule's findings of one verdict."""
    return f"{rule}-{slug(verdict)}"


def control_anchor(control: Control) -> str:
    """The id, in the page, of a control's row."""
    return "control-" + re.sub(r"[^A-Za-z0-9.]+", "-", str(control))


def control_link(control: Control) -> str:
    """The link to `control` on the controls page, relative to the report's page."""
    return f"{CONTROLS}#{control_anchor(control)}"


def exemption_anchor(id_: str) -> str:
    """The id, in the page, of an exemption's row."""
    return "exemption-" + re.sub(r"[^A-Za-z0-9.]+", "-", id_)


def badness(rule: RuleRecord) -> tuple[bool, int]:
    """The sort key that puts the worst rules first: mandatory before advisory, then by severity."""
    return rule.enforcement is not Enforcement.MANDATORY, SEVERITIES.index(rule.severity)


def _badness(card: Card) -> tuple[bool, int, int, str]:
    return *badness(card.rule), -card.count, card.rule.id


def _groups(report: Report) -> Iterator[Group]:
    cards: dict[Verdict, dict[str, list[Finding]]] = {verdict: defaultdict(list) for verdict in VERDICTS}
    for finding in report.findings:
        cards[finding.verdict][finding.rule.id].append(finding)
    whole = len(report.findings) <= MOST_LISTED
    ages = report.since.ages if report.since else {}
    for verdict in VERDICTS:
        listed = None if whole or verdict not in QUIET else LISTED
        found = tuple(
            Card(
                card_anchor(id_, verdict),
                rows[0].rule,
                verdict,
                tuple(_alike(sorted(rows, key=report.is_known)[:listed], ages, report)),
                len(rows),
            )
            for id_, rows in cards[verdict].items()
        )
        if found:
            yield Group(verdict, report.counts[verdict], found)


def _alike(findings: Iterable[Finding], ages: Mapping[str, datetime], report: Report) -> Iterator[tuple[Row, ...]]:
    for same in grouped(findings):
        first = _row(same[0], ages, report)
        others = (
            Row(anchor(each.rule.id, each.urn), each, first.observed, first.expected, first.note) for each in same[1:]
        )
        yield first, *others


def _row(finding: Finding, ages: Mapping[str, datetime], report: Report) -> Row:
    observed = expected = ""
    if finding.verdict in _HAVE_VALUES and (finding.path or finding.expected is not None):
        whole = finding.verdict is Verdict.PASS and finding.expected is None
        observed, expected = (
            ("", "") if whole else (_short(value(finding.observed)), _short(requirement(finding.expected)))
        )
    note = finding.message if says_more(finding) else ""
    age = ages.get(finding.key) if ages else None
    return Row(
        anchor(finding.rule.id, finding.urn),
        finding,
        observed,
        expected,
        _short(note),
        age,
        baseline_status(report, finding),
    )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + "… (the rest is in findings.json)"


def _changes(report: Report, groups: Iterable[Group]) -> Changes | None:
    since = report.since
    if since is None or since.previous is None:
        return None
    rules = {rule.id: rule for rule in report.rules}
    listed = {row.id for group in groups for card in group.cards for row in card.rows}

    def changed(keys: Iterable[str], verdict: Verdict) -> tuple[Changed, ...]:
        found = []
        for key in keys:
            rule, _, urn = key.partition(" ")
            id_ = anchor(rule, urn)
            title = rules[rule].heading(verdict) if rule in rules else ""
            found.append(Changed(rule, title, urn.rsplit("::", 1)[-1], f"#{id_}" if id_ in listed else ""))
        return tuple(found)

    return Changes(
        since.previous,
        changed(since.new, Verdict.FAIL),
        changed(since.fixed, Verdict.PASS),
        changed(since.flapping, Verdict.FAIL),
    )


def _rules(report: Report) -> Iterator[RuleLine]:
    counted = Counter((finding.rule.id, finding.verdict) for finding in report.findings)
    for rule in report.rules:
        yield RuleLine(rule, {verdict: counted[rule.id, verdict] for verdict in VERDICTS})


def _diagram_style() -> str:
    from bluelamp.render.inline import style

    return style()


def context(report: Report) -> dict[str, Any]:
    """The context of the template."""
    shown = page(report)
    return {
        "page": shown,
        "report": report,
        "Verdict": Verdict,
        "verdicts": VERDICTS,
        "severities": SEVERITIES,
        "height": charts.HEIGHT,
        "diagram_style": _diagram_style() if shown.diagram else "",
        "control_anchor": control_anchor,
        "control_link": control_link,
        "exemption_anchor": exemption_anchor,
    }
