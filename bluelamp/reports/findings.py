"""The findings model, of which every report is a view; see `assess`.

report.answer, report.counts, report.broken
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from bluelamp.core.asset_type import REGISTERED
from bluelamp.policies import Control, Severity, Verdict
from bluelamp.reports.against_record import Against
from bluelamp.reports.canonical import compact, plain, time_of
from bluelamp.reports.changes import Change
from bluelamp.reports.exemptions import ExemptionRecord
from bluelamp.reports.finding import Finding, RuleRecord
from bluelamp.reports.provenance import Provenance
from bluelamp.reports.statements import StatementRecord
from bluelamp.reports.totals import Totals
from bluelamp.reports.trend import Since
from bluelamp.reports.undecided import Undecided, by_cause
from bluelamp.reports.unjudged import Unjudged
from bluelamp.resources.skipped import RESOURCE

if TYPE_CHECKING:
    from bluelamp.render.estate import Estate
    from bluelamp.reports.signature import Signature

__all__ = [
    "FORMAT",
    "QUIET",
    "SEVERITIES",
    "UNDECIDED",
    "VERDICTS",
    "Answer",
    "Finding",
    "Report",
    "RuleRecord",
    "Source",
]

FORMAT: Final = "bluelamp-findings/1"
VERDICTS: Final = (
    Verdict.FAIL,
    Verdict.ERROR,
    Verdict.UNKNOWN,
    Verdict.EXEMPT,
    Verdict.PASS,
    Verdict.NOT_APPLICABLE,
)
"""Every verdict, in the order of display."""
SEVERITIES: Final = tuple(Severity)
"""Every severity, the worst first."""
UNDECIDED: Final = frozenset({Verdict.UNKNOWN, Verdict.ERROR})
"""The verdicts that leave a rule undecided."""
QUIET: Final = frozenset({Verdict.PASS, Verdict.NOT_APPLICABLE})
"""The verdicts that need no attention: the great majority."""


class Source(StrEnum):
    """The source that was judged."""

    PLAN = "plan"
    STATE = "state"
    MANIFESTS = "manifests"
    TEMPLATES = "templates"


class Answer(StrEnum):
    """Whether a force is within its baseline: no mandatory rule is broken or undecided.

    If only some rules were judged, the answer covers those rules and not the baseline.
    """

    WITHIN = "within baseline"
    WITHIN_PICKED = "within the picked rules"
    NOT_WITHIN = "not within baseline"
    UNDECIDED = "cannot be said"


@dataclass(frozen=True)
class Report:
    """The findings on one force at one time. `force` is its id, `name` its display name; times are UTC.

    `filters` describes the selection of rules, one phrase each, and `left_out` is the number of rules not selected; a
    report on a selection does not cover the whole baseline. `since` has the changes since the previous report.
    `redacted` is whether addresses and names are redacted; `names` are the names to redact, which no view shows.
    `exemptions` are all of the force's exemptions from these rules, in force or not; `blocks_unknown` is whether an
    undecided mandatory rule stops a deployment. `unjudged` lists, by kind, what no rule of the whole baseline judged;
    `judged` is the number of judged resources. `changes` are those of the previewed plan, None for other reports.
    `estate` is the diagram's content, `signature` the signing key. `statements` are the force's evidence, which
    changes no verdict.
    """

    force: str
    name: str
    source: Source
    started: datetime
    ended: datetime
    resources: int
    rules: tuple[RuleRecord, ...]
    findings: tuple[Finding, ...]
    provenance: Provenance = field(default_factory=Provenance)
    filters: tuple[str, ...] = ()
    left_out: int = 0
    since: Since | None = None
    redacted: bool = False
    names: frozenset[str] = field(default=frozenset(), repr=False)
    exemptions: tuple[ExemptionRecord, ...] = ()
    blocks_unknown: bool = False
    unjudged: tuple[Unjudged, ...] = ()
    judged: int | None = None
    environment: str = ""
    """The environment of the force; empty if unknown, as for plain manifests."""
    changes: tuple[Change, ...] | None = None
    estate: "Estate | None" = field(default=None, repr=False)
    signature: "Signature | None" = None
    statements: tuple[StatementRecord, ...] = ()
    against: Against | None = None
    """The findings against an earlier report: then only new ones stop a deployment."""

    @cached_property
    def _by_verdict(self) -> Mapping[Verdict, list[Finding]]:
        found: dict[Verdict, list[Finding]] = {verdict: [] for verdict in VERDICTS}
        for finding in self.findings:
            found[finding.verdict].append(finding)
        return found

    @cached_property
    def counts(self) -> Mapping[Verdict, int]:
        """The number of findings by verdict, with every verdict."""
        return {verdict: len(findings) for verdict, findings in self._by_verdict.items()}

    @cached_property
    def totals(self) -> Totals:
        """All counts, which every view shows."""
        in_part = sum(len(each.resources) for each in self.unjudged if each.general)
        among = sum(len(each.resources) for each in self.unjudged if each.among_resources)
        left_out = sum(len(each.resources) for each in self.unjudged if not each.among_resources)
        used = {finding.rule.id for finding in self.findings}
        return Totals(
            resources=self.resources,
            judged=self.resources - among,
            in_part=in_part,
            without_rule=among - in_part,
            left_out=left_out,
            with_verdict=len({finding.urn for finding in self.findings if finding.type not in REGISTERED}),
            rules=len(self.rules),
            idle_rules=sum(1 for rule in self.rules if rule.id not in used),
            verdicts=len(self.findings),
            failures=self.counts[Verdict.FAIL],
            mandatory_failures=len(self.broken),
            advisory_failures=len(self.advised),
            rules_broken=len({finding.rule.id for finding in self.broken}),
            undecided=len(self.undecided),
            exempt=self.counts[Verdict.EXEMPT],
        )

    @cached_property
    def causes(self) -> tuple[Undecided, ...]:
        """The causes of undecided verdicts on mandatory rules, with the steps that decide them."""
        return by_cause(self.undecided, self.source, self.force)

    @cached_property
    def broken(self) -> tuple[Finding, ...]:
        """The failures of mandatory rules, the worst first."""
        return self._mandatory(frozenset({Verdict.FAIL}))

    @cached_property
    def undecided(self) -> tuple[Finding, ...]:
        """The findings on mandatory rules that are unknown or in error, the worst first."""
        return self._mandatory(UNDECIDED)

    @cached_property
    def advised(self) -> tuple[Finding, ...]:
        """The failures of advisory rules, the worst first."""
        return tuple(each for each in self._by_verdict[Verdict.FAIL] if not each.mandatory)

    @cached_property
    def subjects(self) -> Mapping[str, Finding]:
        """The resources with findings, by URN, each with one of its findings."""
        found = {finding.urn: finding for finding in self.findings}
        return {urn: found[urn] for urn in sorted(found)}

    @property
    def stops(self) -> bool:
        """Whether the findings stop a deployment: a mandatory rule is broken, or a rule raised an error.

        With `blocks_unknown`, an undecided mandatory rule stops it too. Against an earlier report, only new findings
        stop it.
        """
        stopping = (*self.broken, *self._by_verdict[Verdict.ERROR], *(self.undecided if self.blocks_unknown else ()))
        return any(self.is_new(each) for each in stopping)

    def is_new(self, finding: Finding) -> bool:
        """Whether `finding` is new against the earlier report. All are, unless only new findings fail the run."""
        return self.against is None or not self.against.gates or finding.key in self.against.new

    def is_known(self, finding: Finding) -> bool:
        """Whether the earlier report already has `finding`, and it is no worse now."""
        return self.against is not None and finding.key in self.known_keys

    @cached_property
    def known_keys(self) -> frozenset[str]:
        """The keys of the findings that the earlier report already has."""
        return frozenset(self.against.known if self.against else ())

    @property
    def decided(self) -> bool:
        """Whether any applied rule supports an answer; general rules alone do not."""
        return bool(self.findings) and (bool(self.filters) or self.judged != 0)

    @cached_property
    def uncovered(self) -> tuple[Unjudged, ...]:
        """Resources that no rule judged, by kind."""
        return tuple(each for each in self.unjudged if not (each.general or each.unread) and each.of == RESOURCE)

    @cached_property
    def parts(self) -> tuple[Unjudged, ...]:
        """Unreadable files and resources, and parts left out of judged resources."""
        return tuple(each for each in self.unjudged if each.unread or each.of != RESOURCE)

    @cached_property
    def unread(self) -> tuple[Unjudged, ...]:
        """Unreadable files and resources, without which the answer is inconclusive."""
        return tuple(each for each in self.unjudged if each.unread)

    @property
    def answer(self) -> Answer:
        """Whether the force is within its baseline. If nothing was judged, the answer is inconclusive.

        It is also inconclusive if only general rules gave verdicts.
        """
        if self.broken:
            return Answer.NOT_WITHIN
        if self.undecided or self.unread or not self.decided:
            return Answer.UNDECIDED
        return Answer.WITHIN_PICKED if self.filters else Answer.WITHIN

    @cached_property
    def changed_keys(self) -> frozenset[str]:
        """The keys of the known findings with another property or value than in the earlier report."""
        return frozenset(self.against.changed if self.against else ())

    def _mandatory(self, verdicts: frozenset[Verdict]) -> tuple[Finding, ...]:
        found = (each for verdict in VERDICTS if verdict in verdicts for each in self._by_verdict[verdict])
        return tuple(finding for finding in found if finding.mandatory)

    def as_dict(self, *, passes: bool = True) -> dict[str, Any]:
        """The report as JSON values.

        Without `passes` it has only the findings that need attention, with their rules, controls and resources, and
        the member `passes` is false.
        """
        findings = [each for each in self.findings if passes or each.verdict not in QUIET]
        used = {each.rule.id for each in findings}
        rules = [each for each in self.rules if passes or each.id in used]
        urns = {each.urn for each in findings}
        about: dict[str, Any] = {
            "format": FORMAT,
            "force": self.force,
            "name": self.name,
            "environment": self.environment,
            "source": self.source,
            "started": time_of(self.started),
            "ended": time_of(self.ended),
            "answer": self.answer,
            "counts": dict(self.counts),
            "broken": len(self.broken),
            "undecided": len(self.undecided),
            "resources": self.resources,
            "totals": self.totals.as_dict(),
            "undecidedBy": [each.as_dict() for each in self.causes],
            "notJudged": [each.as_dict() for each in self.unjudged],
            "provenance": {
                "commit": self.provenance.commit,
                "dirty": self.provenance.dirty,
                "versions": dict(self.provenance.versions),
                "rulesHash": self.provenance.rules_hash,
                "inputHash": self.provenance.input_hash,
            },
            "filters": list(self.filters),
            "rulesLeftOut": self.left_out,
            "redacted": self.redacted,
            "sinceLast": self.since.as_dict() if self.since else None,
            "against": self.against.as_dict() if self.against else None,
            "blocksUnknown": self.blocks_unknown,
            "statements": [statement.as_dict() for statement in self.statements],
            "exemptions": [exemption.as_dict() for exemption in self.exemptions],
            "rules": {rule.id: rule.as_dict() for rule in rules},
            "controls": {str(each): _control(each) for rule in rules for each in rule.controls},
            **({} if passes else {"passes": False}),
        }
        controls = {rule.id: [str(each) for each in rule.controls] for rule in rules}
        # Subjects and findings are plain JSON values already.
        return {
            **plain(about),
            "subjects": {urn: _subject(finding) for urn, finding in self.subjects.items() if urn in urns},
            "findings": [finding.as_dict(controls[finding.rule.id]) for finding in findings],
        }

    def to_json(self) -> str:
        """The report as JSON text, with sorted keys and a line for each finding; equal reports give equal bytes."""
        return compact(self.as_dict())


def _subject(finding: Finding) -> dict[str, Any]:
    return {"type": finding.type, "name": finding.name, "inputHash": finding.input_hash}


def _control(control: Control) -> dict[str, str]:
    return {"framework": control.framework, "edition": control.edition, "id": control.id}
