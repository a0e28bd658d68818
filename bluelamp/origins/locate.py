"""Where the settings stand that a force's failures come from."""

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
"""How many failures of mandatory rules are traced, the worst first: each takes a run or two of the program."""

Place = tuple[str, int]


def located(report: Report, plan: Plan, root: Path) -> Report:
    """`report` with the place of the setting that a mandatory failure comes from, where a trial showed which it is."""
    from bluelamp.infra.force import load

    failing = [each for each in report.broken if each.path and each.source is None]
    wanted = list(dict.fromkeys((each.urn, each.path) for each in failing))[:MOST]
    if not wanted:
        return report
    force = load(report.force, root=root)
    places: dict[tuple[str, str], Place] = {}
    by_urn = {each.urn: each for each in plan.resources}
    for urn, path in wanted:
        with suppress(ValueError, KeyError):
            origin = trace(force, by_urn[urn], parse(path), root, likely_only=True)
            written = [(each.file, each.line) for each in origin.settings if each.written]
            if written:
                places[urn, path] = written[0]

    def placed(finding: Finding) -> Finding:
        place = places.get((finding.urn, finding.path)) if finding.verdict is Verdict.FAIL else None
        return replace(finding, source=place) if place else finding

    return replace(report, findings=tuple(map(placed, report.findings)))
