"""Reports of a preview: the verdicts on the planned resources, and the planned changes."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluelamp.cli.changes import visible
from bluelamp.cli.reuse import say_reused
from bluelamp.cli.screen import Screen
from bluelamp.engine.events import Step
from bluelamp.errors import Status
from bluelamp.fleet.deploy import Result
from bluelamp.fleet.judge import check_plans
from bluelamp.reports import Report
from bluelamp.reports.changes import Change, kind_of

if TYPE_CHECKING:
    from bluelamp.cli.run_options import RunOptions

COMPLETE = (Status.DONE, Status.RULES_BROKEN, Status.CHANGES_FOUND)
"""The statuses of a completed preview."""


def preview_reports(screen: Screen, results: Sequence[Result], root: Path, options: "RunOptions") -> list[Report]:
    """A report for each completed preview; cached plans are reused."""
    by_force = {result.force: result for result in results if result.status in COMPLETE}
    if not by_force:
        return []
    checked = list(
        check_plans(
            list(by_force),
            root,
            options.arm_types,
            options.jobs,
            block_unknown=options.block_unknown,
            plans=options.plans,
        )
    )
    say_reused(screen, len(checked), sum(one.reused for one in checked))
    return [replace(one.report, changes=changes(by_force[one.force])) for one in checked if one.report]


def changes(result: Result) -> tuple[Change, ...]:
    """The changes of a preview, with each replacement as one change."""
    return tuple(
        Change(kind_of(step.op), step.type, step.name, {path: _values(step, path) for path in sorted(step.changes)})
        for step in visible(result.steps)
    )


def _values(step: Step, path: str) -> tuple[Any, Any]:
    try:
        return step.values(path)
    except ValueError:
        # A key that no property path can name.
        return None, None
