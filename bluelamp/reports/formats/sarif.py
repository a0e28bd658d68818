"""SARIF 2.1.0, for code hosts and editors that show results of static analysis."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID, uuid5

from bluelamp.core.resource import name_of
from bluelamp.core.text import cut
from bluelamp.policies import Severity, Verdict
from bluelamp.reports.canonical import compact, dense, plain, time_of
from bluelamp.reports.findings import QUIET, SEVERITIES, UNDECIDED, Finding, Report, RuleRecord, Source
from bluelamp.reports.grouping import grouped
from bluelamp.reports.words import against, some
from bluelamp.resources.skipped import Skipped

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
"""GitHub's security severity of findings, from 0 to 10."""
_ROOT: Final = "%SRCROOT%"
_MOST: Final = 1_000
"""The maximum number of locations of a result; GitHub rejects a file with more."""
_RESULTS: Final = 5_000
"""The maximum number of results that GitHub shows for a run; it rejects a file with more than 25,000."""
_TAGS: Final = 10
"""The maximum number of tags that GitHub shows for a rule; it rejects a file with more than 20."""
_TEXT: Final = 1_024
"""The maximum length of a description on GitHub, used for messages too."""
_NAMED: Final = 100
"""The maximum number of listed resources of a kind that was not judged."""
_VALUE: Final = 2_000
"""The maximum length of an observed or expected value; the rest is in findings.json."""
_REPORTS: Final = UUID("6f0f5a8e-1e0c-5d0b-9d56-3f2a7b1c4e90")
"""The UUID namespace of reports."""
_STACK: Final = "stacks/Pulumi.{force}.yaml"


def to_sarif(report: Report, *, passes: bool = False) -> str:
    """The failures as one SARIF run, the most severe first; `properties.verdict` has Bluelamp's own verdict.

    Code hosts show every result as an alert, whatever its kind and suppressions. By default the results are therefore
    the failures, undecided verdicts on mandatory rules as warnings, and failed rules as errors. `passes` adds every
    other verdict with its own kind; equal passes of a rule are one result with a location for each. Compared with an
    earlier report, `baselineState` is new, unchanged or updated, and with `passes` also absent.

    Each failure has a physical location: the setting or the line of the program if known, else the force's settings
    file. The numbers of results, tags and locations and the lengths of texts are within GitHub's limits; a notification
    of the run lists what is left out.
    """
    wanted = list(report.findings) if passes else sorted(filter(_concerns, report.findings), key=_rank)
    groups = [part for findings in grouped(wanted) for part in _parts(findings)]
    kept = groups[:_RESULTS]
    shown = [finding for group in kept for finding in group]
    used = {finding.rule.id for finding in shown}
    rules = [rule for rule in report.rules if rule.id in used]
    subjects = {finding.urn: finding for finding in shown}
    known = _Context(
        {rule.id: number for number, rule in enumerate(rules)},
        {urn: number for number, urn in enumerate(sorted(subjects))},
        (_STACK.format(force=report.force), 1) if report.source in (Source.PLAN, Source.STATE) else None,
        passes,
        report,
    )
    run: dict[str, Any] = {
        "tool": {"driver": _driver(report, rules)},
        "automationDetails": {
            "id": f"bluelamp/{report.force}/{report.source}/",
            "guid": _guid(report.force, report.source, time_of(report.ended)),
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report, len(groups) - len(kept))],
        "originalUriBaseIds": {_ROOT: {"description": {"text": "the project's folder"}}},
        "logicalLocations": [_resource(subjects[urn]) for urn in sorted(subjects)],
        "results": [*(_result(group, known) for group in kept), *(_absent(report, known) if passes else ())],
        "properties": {
            "force": report.force,
            "answer": report.answer,
            "counts": dict(report.counts),
            "notJudged": [
                {"kind": each.kind, "count": len(each.resources), "why": each.why} for each in report.unjudged
            ],
            "onlyRulesOf": list(report.filters),
            "against": against(report),
            "commit": report.provenance.commit,
            "uncommittedChanges": report.provenance.dirty,
            "inputHash": report.provenance.input_hash,
            "versions": dict(report.provenance.versions),
        },
    }
    if report.against and report.against.source:
        run["baselineGuid"] = _guid(report.force, report.against.source, report.against.written)
    return compact(plain({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}))


@dataclass(frozen=True, slots=True)
class _Context:
    """The context of results: the index of each rule by id and of each resource by URN, the location of findings
    without one, whether each verdict keeps its own kind, and the report."""

    rules: Mapping[str, int]
    resources: Mapping[str, int]
    default_location: tuple[str, int] | None
    own_kinds: bool
    report: Report


def _concerns(finding: Finding) -> bool:
    """Whether a code host should show the finding."""
    return finding.verdict in (Verdict.FAIL, Verdict.ERROR) or (finding.mandatory and finding.verdict in UNDECIDED)


def _rank(finding: Finding) -> tuple[bool, bool, int]:
    return not finding.mandatory, finding.verdict is not Verdict.FAIL, SEVERITIES.index(finding.rule.severity)


def _parts(findings: Sequence[Finding]) -> Iterator[Sequence[Finding]]:
    """The findings in parts that fit a result."""
    for start in range(0, len(findings), _MOST):
        yield findings[start : start + _MOST]


def _short(value: Any) -> Any:
    """A value unchanged, or the beginning of its JSON if it is long."""
    text = dense(value).decode()
    return value if len(text) <= _VALUE else cut(text, _VALUE)


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
        "shortDescription": {"text": cut(rule.failure, _TEXT)},
        "fullDescription": {"text": cut(rule.rationale or rule.failure, _TEXT)},
        "help": {
            "text": rule.fix or rule.title,
            "markdown": f"{rule.rationale}\n\n**Fix:** {rule.fix}{code}",
        },
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": list(dict.fromkeys(("security", rule.area, *map(str, rule.controls))))[:_TAGS],
            "controls": [str(control) for control in rule.controls],
            "security-severity": _SCORES[rule.severity],
            "precision": "very-high",
            "severity": rule.severity,
            "enforcement": rule.enforcement,
            "hash": rule.hash,
        },
    }


def _invocation(report: Report, left_out: int) -> dict[str, Any]:
    broken = [finding for finding in report.findings if finding.verdict is Verdict.ERROR]
    return {
        "executionSuccessful": not broken and not report.unread,
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
                "level": "error" if each.unread else "note" if each.general else "warning",
                "descriptor": {"id": "not-judged"},
                "message": {"text": f"not judged: {each.counted} of the kind {each.kind}: {each.why}"},
                "locations": [_location_of(one) for one in each.resources[:_NAMED]],
            }
            for each in report.unjudged
        ]
        + [
            {
                "level": "warning",
                "descriptor": {"id": "left-out"},
                "message": {"text": f"{some(left_out, 'more result')} left out, which are in findings.json"},
            }
            for _ in range(min(left_out, 1))
        ]
        + _gone(report),
    }


def _gone(report: Report) -> list[dict[str, Any]]:
    """The number of an earlier report's findings that no longer exist, as a notification."""
    absent = report.against.absent if report.against else ()
    text = f"{some(len(absent), 'finding')} of the earlier report no longer found"
    return [{"level": "note", "descriptor": {"id": "no-longer-found"}, "message": {"text": text}}] if absent else []


def _result(findings: Sequence[Finding], known: _Context) -> dict[str, Any]:
    """One result. With several equal findings, locations have the resources by index only."""
    finding = findings[0]
    kind, level = _kind(finding, own=known.own_kinds)
    result: dict[str, Any] = {
        "ruleId": finding.rule.id,
        "ruleIndex": known.rules[finding.rule.id],
        "kind": kind,
        "level": level,
        "message": {"text": cut(_message(findings), _TEXT)},
        "locations": [_location(each, known) for each in findings],
        "properties": {
            "verdict": finding.verdict,
            "enforcement": finding.rule.enforcement,
            "path": finding.path,
            "observed": _short(finding.observed),
            "expected": _short(finding.expected),
        },
    }
    state = _state(known.report, finding)
    if state:
        result["baselineState"] = state
    if finding.verdict in QUIET:
        result["occurrenceCount"] = len(findings)
    else:
        own = hashlib.sha256(finding.key.encode()).hexdigest()
        # GitHub identifies alerts by `primaryLocationLineHash` only, and several findings can have the same line.
        result["partialFingerprints"] = {"bluelampFinding/v1": own, "primaryLocationLineHash": f"{own[:16]}:1"}
    if finding.verdict is Verdict.EXEMPT:
        result["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": f"exemption {finding.exemption}"}
        ]
    return result


def _state(report: Report, finding: Finding) -> str:
    """The `baselineState` of a finding; empty without an earlier report, and for verdicts that it does not record."""
    if report.against is None:
        return ""
    if finding.key in report.against.new:
        return "new"
    changed = finding.key in report.changed_keys
    return "updated" if changed else "unchanged" if report.is_known(finding) else ""


def _absent(report: Report, known: _Context) -> Iterator[dict[str, Any]]:
    """The findings of an earlier report that no longer exist. Code hosts would show them as open alerts, so they are
    included only with all verdicts."""
    for key in report.against.absent if report.against else ():
        rule, _, urn = key.partition(" ")
        if rule in known.rules:
            yield {
                "ruleId": rule,
                "ruleIndex": known.rules[rule],
                "kind": "pass",
                "level": "none",
                "baselineState": "absent",
                "message": {"text": f"{name_of(urn)}: no longer found"},
                "locations": [{"logicalLocations": [{"fullyQualifiedName": urn, "kind": "resource"}]}],
            }


def _guid(force: str, source: str, written: str) -> str:
    """The GUID of a run, which is the same for the same report."""
    return str(uuid5(_REPORTS, f"{force}/{source}/{written}"))


def _kind(finding: Finding, *, own: bool) -> tuple[str, str]:
    """The result's kind and level. Code hosts read the level only, and SARIF allows one for failures only.

    An undecided verdict on a mandatory rule is a failure of level `warning`, so that it is shown; a failed rule is one
    of level `error`, as it stops a deployment.
    """
    kind = _KINDS[finding.verdict]
    if kind == "fail":
        return kind, _LEVELS[finding.rule.severity]
    if own:
        return kind, "none"
    return "fail", "error" if finding.verdict is Verdict.ERROR else "warning"


def _message(findings: Sequence[Finding]) -> str:
    """One sentence about the finding and its resource, with the setting that fixes it."""
    finding = findings[0]
    name = finding.name if len(findings) == 1 else some(len(findings), "resource")
    detail = finding.message or finding.path
    text = f"{finding.heading}. {name}: {finding.verdict}{f': {detail}' if detail else ''}"
    fixable = finding.verdict is Verdict.FAIL and finding.remedy
    return f"{text}. In the settings: {finding.remedy}" if fixable else text


def _resource(finding: Finding) -> dict[str, Any]:
    return {
        "name": finding.name,
        "fullyQualifiedName": finding.urn,
        "kind": "resource",
        "properties": {"type": finding.type, "inputHash": finding.input_hash},
    }


def _location_of(one: Skipped) -> dict[str, Any]:
    """The location of a resource or file that was not judged."""
    name = {"name": one.name, "fullyQualifiedName": one.urn or one.name, "kind": "resource"}
    return {"logicalLocations": [name], **_file(one.source)}


def _location(finding: Finding, known: _Context) -> dict[str, Any]:
    """The resource's location, with its name for viewers without support for indexes if it needs fixing."""
    place: dict[str, Any] = {"index": known.resources[finding.urn]}
    if finding.verdict in QUIET:
        return {"logicalLocations": [place], **_file(finding.source)}
    place |= {"name": finding.name, "fullyQualifiedName": finding.urn, "kind": "resource"}
    return {"logicalLocations": [place], **_file(finding.source or known.default_location)}


def _file(source: tuple[str, int] | None) -> dict[str, Any]:
    if source is None:
        return {}
    file, line = source
    artifact = {"uri": f"file://{quote(file)}"} if file.startswith("/") else {"uri": quote(file), "uriBaseId": _ROOT}
    return {"physicalLocation": {"artifactLocation": artifact, "region": {"startLine": max(line, 1)}}}
