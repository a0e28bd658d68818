"""The settings that cause a force's failures, found by tracing."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from bluelamp.origins.tracing import trace
from bluelamp.paths import parse
from bluelamp.planning import Plan
from bluelamp.policies import Verdict
from bluelamp.reports.findings import Finding, Report

MOST: Final = 5
"""How many failures of mandatory rules are traced, the most severe first; each needs one or two program runs."""

Location = tuple[str, int]


def trace_failures(report: Report, plan: Plan, root: Path) -> Report:
    """`report` with the location of the setting that causes a mandatory failure, if tracing finds one."""
    from bluelamp.infra.force import load

    failing = [each for each in report.broken if each.path and each.source is None]
    wanted = list(dict.fromkeys((each.urn, each.path) for each in failing))[:MOST]
    if not wanted:
        return report
    force = load(report.force, root=root)
    locations: dict[tuple[str, str], Location] = {}
    by_urn = {each.urn: each for each in plan.resources}
    for urn, path in wanted:
        with suppress(ValueError, KeyError):
            origin = trace(force, by_urn[urn], parse(path), root, likely_only=True)
            written = [(each.file, each.line) for each in origin.settings if each.written]
            if written:
                locations[urn, path] = written[0]

    def with_location(finding: Finding) -> Finding:
        location = locations.get((finding.urn, finding.path)) if finding.verdict is Verdict.FAIL else None
        return replace(finding, source=location) if location else finding

    return replace(report, findings=tuple(map(with_location, report.findings)))
