"""Groups findings that differ only in their resource, so that a view shows each group once."""

from collections.abc import Iterable
from typing import Any

from bluelamp.reports.canonical import dense
from bluelamp.reports.findings import QUIET, Finding


def grouped(findings: Iterable[Finding]) -> list[list[Finding]]:
    """The findings in their order, grouped if they differ only in their resource.

    A finding that needs attention is a group of its own.
    """
    groups: dict[Any, list[Finding]] = {}
    for finding in findings:
        key = _result(finding) if finding.verdict in QUIET else finding.key
        groups.setdefault(key, []).append(finding)
    return list(groups.values())


def _result(finding: Finding) -> tuple[Any, ...]:
    values = dense([finding.observed, finding.expected])
    return finding.rule.id, finding.verdict, finding.path, values, finding.message
