"""The findings model: what every report is a view of.

report = assess("west-midlands", from_plan(plan), Source.PLAN, root=root)
report.answer, report.counts, report.broken
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from bluelamp.reports.canonical import plain, readable
from bluelamp.reports.provenance import Provenance, provenance
from bluelamp.reports.redaction import Redactor
from policies import Control, Enforcement, Judgement, Resource, Rule, Severity, Verdict, judge
from policies import rules as discovered

FORMAT: Final = "bluelamp-findings/1"
VERDICTS: Final = (
    Verdict.FAIL,
    Verdict.ERROR,
    Verdict.UNKNOWN,
    Verdict.EXEMPT,
    Verdict.PASS,
    Verdict.NOT_APPLICABLE,
)
"""Every verdict, in the order in which people want to hear of them."""
SEVERITIES: Final = tuple(Severity)
"""Every severity, the worst first."""
UNDECIDED: Final = frozenset({Verdict.UNKNOWN, Verdict.ERROR})
"""The verdicts that leave it open whether a rule is broken."""


class Source(StrEnum):
    """What was judged."""

    PLAN = "plan"
    STATE = "state"
    MANIFESTS = "manifests"


class Answer(StrEnum):
    """Whether a force is within its baseline: no mandatory rule is broken, and none is left undecided."""

    WITHIN = "within baseline"
    NOT_WITHIN = "not within baseline"
    CANNOT_BE_SAID = "cannot be said"


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """What a report keeps of a rule. `parameters` are those it was judged with, `example` is a fix in code."""

    id: str
    title: str
    severity: Severity
    enforcement: Enforcement
    area: str
    controls: tuple[Control, ...]
    rationale: str
    fix: str
    example: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's verdict on one resource.

    `path` is the property as Pulumi writes it, empty for the resource as a whole; `observed` and `expected` are JSON,
    with secrets as `[secret]` and unknown parts as `<unknown>`.
    """

    rule: RuleRecord
    verdict: Verdict
    urn: str
    type: str
    name: str
    path: str = ""
    observed: Any = None
    expected: Any = None
    message: str = ""

    @property
    def mandatory(self) -> bool:
        """Whether the rule stops a deployment."""
        return self.rule.enforcement is Enforcement.MANDATORY

    def as_dict(self) -> dict[str, Any]:
        """The finding as JSON; the rule's rationale, fix and parameters stand under the report's `rules`."""
        return {
            "rule": self.rule.id,
            "title": self.rule.title,
            "severity": self.rule.severity,
            "enforcement": self.rule.enforcement,
            "area": self.rule.area,
            "controls": [_control(control) for control in self.rule.controls],
            "verdict": self.verdict,
            "resource": {"urn": self.urn, "type": self.type, "name": self.name},
            "path": self.path,
            "observed": self.observed,
            "expected": self.expected,
            "message": self.message,
        }


@dataclass(frozen=True)
class Report:
    """The findings over one force at one time. `force` is its id, `name` what it calls itself; times are UTC."""

    force: str
    name: str
    source: Source
    started: datetime
    ended: datetime
    resources: int
    rules: tuple[RuleRecord, ...]
    findings: tuple[Finding, ...]
    provenance: Provenance = field(default_factory=Provenance)

    @cached_property
    def counts(self) -> Mapping[Verdict, int]:
        """How many findings have each verdict; every verdict is there."""
        found = Counter(finding.verdict for finding in self.findings)
        return {verdict: found[verdict] for verdict in VERDICTS}

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
        return tuple(each for each in self.findings if each.verdict is Verdict.FAIL and not each.mandatory)

    @property
    def answer(self) -> Answer:
        """Whether the force is within its baseline. Where nothing was judged, that cannot be said."""
        if self.broken:
            return Answer.NOT_WITHIN
        return Answer.CANNOT_BE_SAID if self.undecided or not self.findings else Answer.WITHIN

    def _mandatory(self, verdicts: frozenset[Verdict]) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.mandatory and finding.verdict in verdicts)

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "format": FORMAT,
            "force": self.force,
            "name": self.name,
            "source": self.source,
            "started": _time(self.started),
            "ended": _time(self.ended),
            "answer": self.answer,
            "counts": dict(self.counts),
            "broken": len(self.broken),
            "undecided": len(self.undecided),
            "resources": self.resources,
            "provenance": {
                "commit": self.provenance.commit,
                "dirty": self.provenance.dirty,
                "versions": dict(self.provenance.versions),
                "rulesHash": self.provenance.rules_hash,
            },
            "rules": {rule.id: _rule(rule) for rule in self.rules},
            "findings": [finding.as_dict() for finding in self.findings],
        }

    def to_json(self) -> str:
        """The report as JSON text: keys sorted, findings ordered, the same bytes for the same report."""
        return readable(self.as_dict())


def assess(
    force: str,
    resources: Sequence[Resource],
    source: Source,
    *,
    root: Path,
    name: str = "",
    started: datetime | None = None,
    rules: Sequence[Rule] | None = None,
) -> Report:
    """Judge `resources` by `rules` (all of them by default) and keep what came out.

    `root` is the project's folder, for its commit; `name` is what the force calls itself; `started` is when the plan
    or the state was begun to be read. Raises ValueError when two resources have the same URN.
    """
    started = started or datetime.now(UTC)
    used = discovered() if rules is None else tuple(rules)
    records = {rule.id: _record(rule) for rule in used}
    subjects = {resource.urn: resource for resource in resources}
    if len(subjects) != len(resources):
        raise ValueError(f"{force}: two resources have the same URN")
    redactor = Redactor(resources)
    findings = [
        _finding(records[judgement.rule], subjects[judgement.urn], judgement, redactor)
        for judgement in judge(resources, used)
    ]
    return Report(
        force=force,
        name=name or force,
        source=source,
        started=started,
        ended=datetime.now(UTC),
        resources=len(resources),
        rules=tuple(sorted(records.values(), key=lambda rule: rule.id)),
        findings=tuple(sorted(findings, key=_order)),
        provenance=provenance(root, used),
    )


def _order(finding: Finding) -> tuple[int, int, str, str]:
    rule = finding.rule
    return VERDICTS.index(finding.verdict), SEVERITIES.index(rule.severity), rule.id, finding.urn


def _record(rule: Rule) -> RuleRecord:
    return RuleRecord(
        rule.id,
        rule.title,
        rule.severity,
        rule.enforcement,
        rule.area,
        rule.controls,
        rule.rationale,
        rule.fix,
        rule.example,
        plain(rule.parameters),
    )


def _finding(rule: RuleRecord, resource: Resource, judgement: Judgement, redactor: Redactor) -> Finding:
    return Finding(
        rule,
        judgement.verdict,
        resource.urn,
        resource.type,
        resource.name,
        judgement.path,
        redactor(plain(judgement.observed)),
        redactor(plain(judgement.expected)),
        redactor(judgement.message),
    )


def _rule(rule: RuleRecord) -> dict[str, Any]:
    return {
        "title": rule.title,
        "severity": rule.severity,
        "enforcement": rule.enforcement,
        "area": rule.area,
        "controls": [_control(control) for control in rule.controls],
        "rationale": rule.rationale,
        "fix": rule.fix,
        "example": rule.example,
        "parameters": rule.parameters,
    }


def _control(control: Control) -> dict[str, str]:
    return {"framework": control.framework, "edition": control.edition, "id": control.id}


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
