"""Compares the findings of a report with those of an earlier report."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from bluelamp.policies import Enforcement, Verdict
from bluelamp.policies.known import Before, why_new
from bluelamp.reports.against_record import Against
from bluelamp.reports.canonical import dense

if TYPE_CHECKING:
    from bluelamp.reports.findings import Finding, Report
    from bluelamp.reports.previous_report import PreviousFinding, PreviousReport


def compared(report: "Report", previous: "PreviousReport") -> "Report":
    """`report` with its findings compared with `previous`; all are new if that does not cover the force."""
    before = previous.forces.get(report.force)
    found = {each.key: each for each in concerning(report)}
    previous_findings = before.findings if before else {}
    reasons = {key: _why_new(previous_findings.get(key), each) for key, each in found.items()}
    known = tuple(sorted(key for key, reason in reasons.items() if not reason))
    judged = {rule.id for rule in report.rules}
    absent = (
        key
        for key, each in previous_findings.items()
        if key not in found and key.partition(" ")[0] in judged and _concerns(each.before)
    )
    same_source = before is not None and before.source == report.source
    return replace(
        report,
        against=Against(
            before.written if before else previous.written,
            before.source if before else "",
            before.commit if before else "",
            before.manifest if before else previous.manifest,
            {key: reason for key, reason in reasons.items() if reason},
            known,
            # A state has values that are unknown in a plan, so only reports of one source are comparable.
            tuple(key for key in known if same_source and previous_findings[key].evidence != _evidence(found[key])),
            tuple(sorted(absent)),
        ),
    )


def concerning(report: "Report") -> Iterator["Finding"]:
    """The findings that can be new: failures, rules in error, and undecided verdicts on mandatory rules."""
    for each in report.findings:
        if _concerns(Before(each.verdict, each.rule.enforcement, each.rule.severity)):
            yield each


def _concerns(each: Before) -> bool:
    if each.verdict is Verdict.UNKNOWN:
        return each.enforcement is Enforcement.MANDATORY
    return each.verdict in (Verdict.FAIL, Verdict.ERROR)


def _why_new(previous: "PreviousFinding | None", finding: "Finding") -> str:
    before = previous.before if previous else None
    return why_new(before, finding.verdict, finding.rule.enforcement, finding.rule.severity)


def _evidence(finding: "Finding") -> tuple[str, bytes]:
    return finding.path, dense(finding.observed)
