"""SARIF 2.1.0, for code hosts and editors that show what analysers find."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from bluelamp.policies import Severity, Verdict
from bluelamp.reports.alike import alike
from bluelamp.reports.canonical import compact, plain, time_of
from bluelamp.reports.findings import QUIET, Finding, Report, RuleRecord
from bluelamp.reports.unjudged import Skipped
from bluelamp.reports.words import some

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_KINDS: Final = {
    Verdict.FAIL: "fail",
    Verdict.EXEMPT: "fail",
    Verdict.PASS: "pass",
    Verdict.NOT_APPLICABLE: "notApplicable",
    Verdict.UNKNOWN: "open",
    Verdict.ERROR: "open",
}
_LEVELS: Final = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
_SCORES: Final = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.0", Severity.LOW: "2.0"}
"""How GitHub ranks security findings, from 0 to 10."""
_ROOT: Final = "PROJECT"
_MOST: Final = 1_000
"""Locations of a result: GitHub takes no file that has a result of more."""


def to_sarif(report: Report) -> str:
    """The findings as one SARIF run, and `properties.verdict` has each verdict in Bluelamp's word.

    What calls for somebody's eye is a result each. Passes of a rule that say the same, and so what is not applicable,
    are one result that occurs as often as it has locations. A location is a resource of `logicalLocations`, which has
    all resources once, with the hashes of their inputs; the rules are those that said something.
    """
    used = {finding.rule.id for finding in report.findings}
    rules = [rule for rule in report.rules if rule.id in used]
    known = _Known(
        {rule.id: number for number, rule in enumerate(rules)},
        {urn: number for number, urn in enumerate(report.subjects)},
    )
    run = {
        "tool": {"driver": _driver(report, rules)},
        "automationDetails": {"id": f"bluelamp/{report.force}/{report.source}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report)],
        "originalUriBaseIds": {_ROOT: {"description": {"text": "the project's folder"}}},
        "logicalLocations": [_resource(finding) for finding in report.subjects.values()],
        "results": [_result(part, known) for findings in alike(report.findings) for part in _parts(findings)],
        "properties": {
            "force": report.force,
            "answer": report.answer,
            "counts": dict(report.counts),
            "notJudged": [each.as_dict() for each in report.unjudged],
            "onlyRulesOf": list(report.filters),
            "commit": report.provenance.commit,
            "uncommittedChanges": report.provenance.dirty,
            "inputHash": report.provenance.input_hash,
            "versions": dict(report.provenance.versions),
        },
    }
    return compact(plain({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}))


@dataclass(frozen=True, slots=True)
class _Known:
    """Where in the run each rule stands, by its id, and each resource, by its URN."""

    rules: Mapping[str, int]
    resources: Mapping[str, int]


def _parts(findings: Sequence[Finding]) -> Iterator[Sequence[Finding]]:
    """The findings in parts that fit a result."""
    for start in range(0, len(findings), _MOST):
        yield findings[start : start + _MOST]


def _driver(report: Report, rules: Sequence[RuleRecord]) -> dict[str, Any]:
    return {
        "name": "Bluelamp",
        "version": report.provenance.versions.get("bluelamp", "unknown"),
        "rules": [_rule(rule) for rule in rules],
        "properties": {"rulesHash": report.provenance.rules_hash},
    }


def _rule(rule: RuleRecord) -> dict[str, Any]:
    code = f"\n\n```\n{rule.example}\n```" if rule.example else ""
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.rationale or rule.title},
        "help": {
            "text": rule.fix or rule.title,
            "markdown": f"{rule.rationale}\n\n**To mend it:** {rule.fix}{code}",
        },
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": list(dict.fromkeys(("security", rule.area, *map(str, rule.controls)))),
            "security-severity": _SCORES[rule.severity],
            "precision": "very-high",
            "severity": rule.severity,
            "enforcement": rule.enforcement,
            "hash": rule.hash,
        },
    }


def _invocation(report: Report) -> dict[str, Any]:
    broken = [finding for finding in report.findings if finding.verdict is Verdict.ERROR]
    return {
        "executionSuccessful": not broken,
        "startTimeUtc": time_of(report.started),
        "endTimeUtc": time_of(report.ended),
        "toolExecutionNotifications": [
            {
                "level": "error",
                "message": {"text": f"{finding.message} (on {finding.urn})"},
                "associatedRule": {"id": finding.rule.id},
            }
            for finding in broken
        ]
        + [
            {
                "level": "warning" if not each.general else "note",
                "descriptor": {"id": "not-judged"},
                "message": {
                    "text": f"not judged: {some(len(each.resources), 'resource')} of the kind {each.kind}: {each.why}"
                },
                "locations": [_location_of(one) for one in each.resources[:_MOST]],
            }
            for each in report.unjudged
        ],
    }


def _result(findings: Sequence[Finding], known: _Known) -> dict[str, Any]:
    """One result; of several findings, which say the same, the resources are told by their index only."""
    finding = findings[0]
    kind = _KINDS[finding.verdict]
    result: dict[str, Any] = {
        "ruleId": finding.rule.id,
        "ruleIndex": known.rules[finding.rule.id],
        "kind": kind,
        "level": _LEVELS[finding.rule.severity] if kind == "fail" else "none",
        "message": {"text": _said(findings)},
        "locations": [_location(each, known.resources[each.urn]) for each in findings],
        "properties": {
            "verdict": finding.verdict,
            "path": finding.path,
            "observed": finding.observed,
            "expected": finding.expected,
        },
    }
    if finding.verdict in QUIET:
        result["occurrenceCount"] = len(findings)
    else:
        result["partialFingerprints"] = {"bluelampFinding/v1": hashlib.sha256(finding.key.encode()).hexdigest()}
    if finding.verdict is Verdict.EXEMPT:
        result["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": f"exemption {finding.exemption}"}
        ]
    return result


def _said(findings: Sequence[Finding]) -> str:
    finding = findings[0]
    name = finding.name if len(findings) == 1 else some(len(findings), "resource")
    return f"{name}: {finding.verdict}: {finding.message or finding.path or finding.rule.title}"


def _resource(finding: Finding) -> dict[str, Any]:
    return {
        "name": finding.name,
        "fullyQualifiedName": finding.urn,
        "kind": "resource",
        "properties": {"type": finding.type, "inputHash": finding.input_hash},
    }


def _location_of(one: Skipped) -> dict[str, Any]:
    """Where something is that was not judged."""
    name = {"name": one.name, "fullyQualifiedName": one.urn or one.name, "kind": "resource"}
    return {"logicalLocations": [name], **_file(one.source)}


def _location(finding: Finding, index: int) -> dict[str, Any]:
    """Where the resource is; readers that know no index are told its name where there is something to mend."""
    place: dict[str, Any] = {"index": index}
    if finding.verdict not in QUIET:
        place |= {"name": finding.name, "fullyQualifiedName": finding.urn, "kind": "resource"}
    return {"logicalLocations": [place], **_file(finding.source)}


def _file(source: tuple[str, int] | None) -> dict[str, Any]:
    if source is None:
        return {}
    file, line = source
    artifact = {"uri": quote(file)} if file.startswith("/") else {"uri": quote(file), "uriBaseId": _ROOT}
    return {"physicalLocation": {"artifactLocation": artifact, "region": {"startLine": max(line, 1)}}}
