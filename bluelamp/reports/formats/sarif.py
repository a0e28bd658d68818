"""SARIF 2.1.0, for code hosts and editors that show what analysers find."""

import hashlib
from typing import Any, Final
from urllib.parse import quote

from bluelamp.reports.canonical import readable, time_of
from bluelamp.reports.findings import Finding, Report, RuleRecord
from policies import Severity, Verdict

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


def to_sarif(report: Report) -> str:
    """The findings as one SARIF run: every verdict is a result, and `properties.verdict` has it in Bluelamp's word."""
    index = {rule.id: number for number, rule in enumerate(report.rules)}
    run = {
        "tool": {"driver": _driver(report)},
        "automationDetails": {"id": f"bluelamp/{report.force}/{report.source}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report)],
        "originalUriBaseIds": {_ROOT: {"description": {"text": "the project's folder"}}},
        "results": [_result(finding, index[finding.rule.id]) for finding in report.findings],
        "properties": {
            "force": report.force,
            "answer": report.answer,
            "counts": dict(report.counts),
            "onlyRulesOf": list(report.filters),
            "commit": report.provenance.commit,
            "uncommittedChanges": report.provenance.dirty,
            "inputHash": report.provenance.input_hash,
            "versions": dict(report.provenance.versions),
        },
    }
    return readable({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _driver(report: Report) -> dict[str, Any]:
    return {
        "name": "Bluelamp",
        "version": report.provenance.versions.get("bluelamp", "unknown"),
        "rules": [_rule(rule) for rule in report.rules],
        "properties": {"rulesHash": report.provenance.rules_hash},
    }


def _rule(rule: RuleRecord) -> dict[str, Any]:
    example = f"\n\n{rule.example}" if rule.example else ""
    code = f"\n\n```\n{rule.example}\n```" if rule.example else ""
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.rationale or rule.title},
        "help": {
            "text": f"{rule.rationale}\n\n{rule.fix}{example}",
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
        ],
    }


def _result(finding: Finding, index: int) -> dict[str, Any]:
    kind = _KINDS[finding.verdict]
    result = {
        "ruleId": finding.rule.id,
        "ruleIndex": index,
        "kind": kind,
        "level": _LEVELS[finding.rule.severity] if kind == "fail" else "none",
        "message": {"text": _said(finding)},
        "locations": [_location(finding)],
        "partialFingerprints": {"bluelampFinding/v1": hashlib.sha256(finding.key.encode()).hexdigest()},
        "properties": {
            "verdict": finding.verdict,
            "type": finding.type,
            "path": finding.path,
            "observed": finding.observed,
            "expected": finding.expected,
            "inputHash": finding.input_hash,
        },
    }
    if finding.verdict is Verdict.EXEMPT:
        result["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": f"exemption {finding.exemption}"}
        ]
    return result


def _said(finding: Finding) -> str:
    told = finding.message or finding.path or finding.rule.title
    return f"{finding.name}: {finding.verdict}: {told}"


def _location(finding: Finding) -> dict[str, Any]:
    place = f"{finding.urn}#{finding.path}" if finding.path else finding.urn
    location: dict[str, Any] = {
        "logicalLocations": [{"name": finding.name, "fullyQualifiedName": place, "kind": "resource"}]
    }
    if finding.source:
        file, line = finding.source
        artifact = {"uri": quote(file)} if file.startswith("/") else {"uri": quote(file), "uriBaseId": _ROOT}
        location["physicalLocation"] = {"artifactLocation": artifact, "region": {"startLine": max(line, 1)}}
    return location
