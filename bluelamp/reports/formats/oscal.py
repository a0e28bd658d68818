"""NIST's OSCAL: assessment results for every verdict, and a plan of action and milestones for failures.

A rule is an objective of the controls mapped to it, and the target of each finding is the rule, so that a passing rule
does not make a control satisfied. UUIDs derive from the report, so that equal reports give equal documents.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final
from uuid import UUID, uuid5

from bluelamp.policies import Control, Verdict
from bluelamp.reports.canonical import compact, dense, plain, time_of
from bluelamp.reports.findings import QUIET, UNDECIDED, Finding, Report, RuleRecord
from bluelamp.reports.grouping import grouped
from bluelamp.reports.unjudged import Unjudged
from bluelamp.reports.words import explanation, headline, not_covered, requirement, some, value
from bluelamp.resources.skipped import Skipped

OSCAL: Final = "1.2.1"
NAMESPACE: Final = "urn:bluelamp:oscal"
"""The namespace of properties that OSCAL does not define."""
_SPACE: Final = UUID("5c5d7d0a-0d4e-5f4e-9d43-62c1b0a7e0c5")
_INVALID: Final = re.compile(r"[^\w.-]+")


def to_assessment_results(report: Report) -> str:
    """The findings as OSCAL assessment results, in JSON: observations of every verdict, a finding for each rule.

    Each verdict that needs attention is an observation. Equal passes of a rule, and equal verdicts of not applicable,
    are one observation with the resources as subjects. A resource's inputs are part of the resource.
    """
    parts = _Parts(report)
    result = {
        "uuid": parts.id("result"),
        "title": f"Security baseline of {report.name}",
        "description": " ".join([headline(report), *explanation(report)]),
        "start": time_of(report.started),
        "end": time_of(report.ended),
        "props": _props(
            answer=report.answer,
            source=report.source,
            commit=report.provenance.commit,
            **{"uncommitted-changes": str(report.provenance.dirty).lower()},
            **{"rules-hash": report.provenance.rules_hash, "input-hash": report.provenance.input_hash},
            only="; ".join(report.filters),
            **{"not-judged": not_covered(report)},
            **{f"total-{name}": str(count) for name, count in report.totals.by_name.items()},
        ),
        "local-definitions": _non_empty(**{"inventory-items": [*parts.items(report.subjects), *parts.unjudged_items]}),
        "reviewed-controls": parts.reviewed,
        "observations": [
            *(parts.observation(findings) for findings in parts.observed),
            *map(parts.unjudged_observation, report.unjudged),
        ],
        "risks": [parts.risk(finding) for finding in parts.failures],
        "findings": [finding for rule, found in parts.by_rule if (finding := parts.finding(rule, found))],
    }
    document = {
        "uuid": parts.id("assessment-results"),
        "metadata": parts.metadata("Assessment results"),
        "import-ap": {"href": f"#{parts.id('plan')}"},
        "local-definitions": _non_empty(**{"objectives-and-methods": parts.objectives}),
        "results": [_non_empty(**result)],
        "back-matter": {"resources": [parts.plan]},
    }
    return compact(plain({"assessment-results": _non_empty(**document)}))


def to_poam(report: Report) -> str | None:
    """The failures as an OSCAL plan of action and milestones, in JSON, with an item each; None without failures.

    Exempt failures are items whose risk has an approved deviation.
    """
    parts = _Parts(report)
    if not parts.failures:
        return None
    document = {
        "uuid": parts.id("poam"),
        "metadata": parts.metadata("Plan of action and milestones"),
        "system-id": {"identifier-type": NAMESPACE, "id": report.force},
        "local-definitions": {"inventory-items": parts.items({finding.urn for finding in parts.failures})},
        "observations": [parts.observation([finding]) for finding in parts.failures],
        "risks": [parts.risk(finding) for finding in parts.failures],
        "poam-items": [parts.poam_item(finding) for finding in parts.failures],
    }
    return compact(plain({"plan-of-action-and-milestones": document}))


class _Parts:
    """The parts common to both documents."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.failures = [each for each in report.findings if each.verdict in (Verdict.FAIL, Verdict.EXEMPT)]
        inputs = (report.provenance.rules_hash, report.provenance.input_hash, *report.filters)
        self._own = uuid5(_SPACE, "\n".join((report.force, report.source, time_of(report.ended), *inputs)))

    def id(self, *parts: str) -> str:
        """The UUID of a part of this report."""
        return str(uuid5(self._own, "\n".join(parts)))

    def metadata(self, title: str) -> dict[str, Any]:
        """The metadata of an OSCAL document."""
        report = self.report
        return {
            "title": f"{title}: {report.name}",
            "last-modified": time_of(report.ended),
            "version": time_of(report.ended),
            "oscal-version": OSCAL,
            "props": _props(**{f"version-{_token(name)}": each for name, each in report.provenance.versions.items()}),
        }

    @cached_property
    def observed(self) -> Sequence[Sequence[Finding]]:
        """The findings, grouped by observation."""
        return grouped(self.report.findings)

    @cached_property
    def by_rule(self) -> list[tuple[RuleRecord, list[Sequence[Finding]]]]:
        """The rules with findings, each with its findings grouped by observation."""
        found: dict[str, list[Sequence[Finding]]] = defaultdict(list)
        for findings in self.observed:
            found[findings[0].rule.id].append(findings)
        return [(rule, found[rule.id]) for rule in self.report.rules if rule.id in found]

    @cached_property
    def resources(self) -> Mapping[str, str]:
        """The UUID of each resource, by its URN."""
        return {urn: self.id("resource", urn) for urn in self.report.subjects}

    def items(self, urns: Iterable[str]) -> list[dict[str, Any]]:
        """The inventory items of resources with findings."""
        return [
            {
                "uuid": self.resources[urn],
                "description": f"{finding.name} ({finding.type})",
                "props": _props(urn=urn, **{"input-hash": finding.input_hash}),
            }
            for urn, finding in self.report.subjects.items()
            if urn in urns
        ]

    @property
    def unjudged_items(self) -> list[dict[str, Any]]:
        """The inventory items of resources that were not judged."""
        return [
            {
                "uuid": self._unjudged_id(one),
                "description": f"{_line(one.name)} ({_line(one.kind)})",
                "props": _props(urn=one.urn, file=one.place) or _props(kind=one.kind),
            }
            for each in self.report.unjudged
            for one in each.resources
            if one.urn not in self.resources
        ]

    def unjudged_observation(self, each: Unjudged) -> dict[str, Any]:
        """The observation that the resources of a kind were not judged, and why."""
        return {
            "uuid": self.id("not judged", each.kind, each.why),
            "title": f"Not judged: {_line(each.kind)}",
            "description": f"{each.counted} of the kind {_line(each.kind)}: {each.why}",
            "props": _props(verdict="not judged", kind=each.kind),
            "methods": ["EXAMINE"],
            "types": ["not-judged"],
            "subjects": [{"subject-uuid": self._unjudged_id(one), "type": "inventory-item"} for one in each.resources],
            "collected": time_of(self.report.ended),
        }

    def _unjudged_id(self, one: Skipped) -> str:
        known = self.resources.get(one.urn)
        return known or self.id("not judged", one.kind, one.why, one.name, one.urn, str(one.source))

    @property
    def reviewed(self) -> dict[str, Any]:
        """The controls mapped to the rules."""
        frameworks: dict[tuple[str, str], set[str]] = defaultdict(set)
        for control in {control for rule in self.report.rules for control in rule.controls}:
            frameworks[control.framework, control.edition].add(_control(control))
        selections = [
            {
                "description": f"{framework}, edition {edition}: the controls mapped to at least one rule",
                "include-controls": [{"control-id": each} for each in sorted(ids)],
            }
            for (framework, edition), ids in sorted(frameworks.items())
        ]
        return {"control-selections": selections or [{"description": "no controls are mapped to the rules"}]}

    @property
    def objectives(self) -> list[dict[str, Any]]:
        """The ids of the rules mapped to each control; the findings have the rules' content."""
        rules: dict[Control, list[RuleRecord]] = defaultdict(list)
        for rule in self.report.rules:
            for control in rule.controls:
                rules[control].append(rule)
        return [
            {
                "control-id": _control(control),
                "props": _props(framework=control.framework, edition=control.edition, control=control.id),
                "parts": [{"id": _token(rule.id), "name": "objective"} for rule in mapped],
            }
            for control, mapped in sorted(rules.items(), key=lambda each: str(each[0]))
        ]

    @property
    def plan(self) -> dict[str, Any]:
        """The reference in place of an assessment plan: the rules."""
        return {
            "uuid": self.id("plan"),
            "title": "The applied rules",
            "description": "There is no assessment plan in OSCAL: findings.json has every rule, with its rationale and "
            "parameters, under rules.",
            "rlinks": [{"href": "findings.json", "media-type": "application/json"}],
        }

    def observation(self, findings: Sequence[Finding]) -> dict[str, Any]:
        """One verdict with its evidence, on one or several resources."""
        finding = findings[0]
        evidence = {
            "description": f"{finding.path or 'the resource'}: observed {value(finding.observed)}, "
            f"expected {requirement(finding.expected)}",
            "href": "findings.json",
            "props": _props(
                path=finding.path,
                observed=value(finding.observed),
                expected=requirement(finding.expected),
            ),
        }
        name = _line(finding.name) if len(findings) == 1 else some(len(findings), "resource")
        has_value = bool(finding.path) or finding.expected is not None
        return _non_empty(
            uuid=self.observation_id(finding),
            title=f"{finding.rule.id} on {name}: {finding.heading}",
            description=finding.message or finding.heading,
            props=_props(
                verdict=finding.verdict,
                rule=finding.rule.id,
                severity=finding.rule.severity,
                enforcement=finding.rule.enforcement,
                exemption=finding.exemption,
            ),
            methods=["TEST"],
            types=["finding"],
            subjects=[self.subject(each) for each in findings],
            collected=time_of(self.report.ended),
            **({"relevant-evidence": [evidence]} if has_value else {}),
        )

    def observation_id(self, finding: Finding) -> str:
        """The UUID of the observation that begins with `finding`."""
        if finding.verdict not in QUIET:
            return self.id("observation", finding.key)
        values = dense([finding.observed, finding.expected]).decode()
        return self.id("observation", finding.rule.id, finding.verdict, finding.path, values, finding.message)

    def subject(self, finding: Finding) -> dict[str, Any]:
        """The resource of a finding, with its source location."""
        file, line = finding.source or ("", "")
        return _non_empty(
            **{"subject-uuid": self.resources[finding.urn], "type": "inventory-item"},
            props=_props(file=file, line=str(line)),
        )

    def finding(self, rule: RuleRecord, observed: list[Sequence[Finding]]) -> dict[str, Any] | None:
        """The finding for a rule; satisfied only if all verdicts are known, some pass and none fails.

        None if the rule applies to no resource.
        """
        found = [findings[0] for findings in observed]
        verdicts = {finding.verdict for finding in found}
        if verdicts & {Verdict.FAIL, Verdict.EXEMPT}:
            status = {"state": "not-satisfied", "reason": "fail"}
        elif verdicts & UNDECIDED:
            status = {"state": "not-satisfied", "reason": "other", "remarks": "Inconclusive."}
        elif Verdict.PASS in verdicts:
            status = {"state": "satisfied", "reason": "pass"}
        else:
            return None
        failing = [finding for finding in found if finding.verdict in (Verdict.FAIL, Verdict.EXEMPT)]
        return _non_empty(
            uuid=self.id("finding", rule.id),
            title=f"{rule.id} {rule.heading(found[0].verdict)}",
            description=rule.rationale or rule.title,
            props=_props(severity=rule.severity, enforcement=rule.enforcement),
            target={
                "type": "objective-id",
                "target-id": _token(rule.id),
                "title": rule.title,
                "props": _props(
                    rule=rule.id,
                    hash=rule.hash,
                    **{f"control-{number}": str(each) for number, each in enumerate(rule.controls, 1)},
                ),
                "status": status,
            },
            **{
                "related-observations": [{"observation-uuid": self.observation_id(each)} for each in found],
                "related-risks": [{"risk-uuid": self.id("risk", each.key)} for each in failing],
            },
        )

    def risk(self, finding: Finding) -> dict[str, Any]:
        """The risk of a failure, and its remediation."""
        rule = finding.rule
        return _non_empty(
            uuid=self.id("risk", finding.key),
            title=f"{rule.id} on {_line(finding.name)}: {finding.heading}",
            description=finding.message or finding.heading,
            statement=rule.rationale or rule.failure,
            props=_props(severity=rule.severity, exemption=finding.exemption),
            status="deviation-approved" if finding.verdict is Verdict.EXEMPT else "open",
            remediations=[
                {
                    "uuid": self.id("remediation", finding.key),
                    "lifecycle": "recommendation",
                    "title": f"Remediate {_line(finding.name)}",
                    "description": rule.fix or rule.title,
                }
            ],
            **{"related-observations": [{"observation-uuid": self.id("observation", finding.key)}]},
        )

    def poam_item(self, finding: Finding) -> dict[str, Any]:
        """A failure as an item of the plan of action and milestones."""
        return {
            "uuid": self.id("item", finding.key),
            "title": f"{finding.rule.id} on {_line(finding.name)}: {finding.heading}",
            "description": f"{finding.message or finding.heading}. {finding.rule.fix}".strip(),
            "props": _props(verdict=finding.verdict, severity=finding.rule.severity, exemption=finding.exemption),
            "related-observations": [{"observation-uuid": self.id("observation", finding.key)}],
            "related-risks": [{"risk-uuid": self.id("risk", finding.key)}],
        }


def _props(**values: str) -> list[dict[str, str]]:
    """Bluelamp's own properties. OSCAL values may not be empty, nor begin or end with white space."""
    stripped = {name: str(text).strip() for name, text in values.items()}
    return [{"name": name, "ns": NAMESPACE, "value": _line(text)} for name, text in stripped.items() if text]


def _non_empty(**members: Any) -> dict[str, Any]:
    """The non-empty members, as OSCAL allows no empty lists."""
    return {name: value for name, value in members.items() if value not in ([], {}, "")}


def _control(control: Control) -> str:
    """A control's id as an OSCAL token, which begins with a letter and has no spaces."""
    return _token(f"{control.framework}_{control.edition}_{control.id}")


def _token(text: str) -> str:
    return _INVALID.sub("-", text).strip("-.").lower()


def _line(text: str) -> str:
    return " ".join(str(text).split())
