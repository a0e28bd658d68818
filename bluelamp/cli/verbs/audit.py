"""`bluelamp audit`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bluelamp.cli.operate import worst
from bluelamp.cli.options import All, Changed, Forces, Form, Jobs, Project, Quiet, Region, Rehearse
from bluelamp.cli.screen import Format, Screen
from bluelamp.cli.select import select
from bluelamp.errors import BluelampError, Status
from bluelamp.fleet.judge import check_plans, judge_state, state_of
from bluelamp.folders import project as find_project
from bluelamp.reports.findings import Report


class From(StrEnum):
    """What is judged."""

    PLAN = "plan"
    STATE = "state"


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("audit")(audit)


def audit(
    forces: Forces = None,
    source: Annotated[From, typer.Option("--from", help="Judge the plan, or what is deployed.")] = From.PLAN,
    rehearse: Rehearse = False,
    report: Annotated[Path, typer.Option("--report", metavar="DIR", help="The folder for the report.")] = Path(
        "report"
    ),
    every: All = False,
    region: Region = None,
    changed: Changed = None,
    jobs: Jobs = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Write the report that an auditor reads: every rule on every resource, as a page and as data.

    Examples: `bluelamp audit essex` · `bluelamp audit --from state --rehearse west-midlands --report out`
    """
    from bluelamp.reports import write
    from bluelamp.reports.terminal import show

    screen, root = Screen(form, quiet=quiet), find_project(project)
    chosen = select(root, forces, every=every, region=region, changed=changed)
    with screen.working("judging"):
        if source is From.STATE:
            reports = _deployed(screen, root, chosen, rehearse=rehearse)
        else:
            reports = _planned(root, chosen, jobs)
    for one in reports:
        screen.show(show(one))
    screen.give([one.as_dict() for one in reports])
    for path in write(reports, report):
        screen.say(f"wrote {path}")
    raise typer.Exit(worst(Status.RULES_BROKEN if one.broken else Status.DONE for one in reports))


def _planned(root: Path, forces: list[str], jobs: int | None) -> list[Report]:
    reports = []
    for one in check_plans(forces, root, None, jobs):
        if one.report is None:
            raise BluelampError(f"{one.force}: {one.failure}")
        reports.append(one.report)
    return reports


def _deployed(screen: Screen, root: Path, forces: list[str], *, rehearse: bool) -> list[Report]:
    from bluelamp.cli.session import session

    with session(screen, root, rehearse=rehearse, arm_types=None, kubeconfig=None) as held:
        return [judge_state(force, state_of(force, held.state(held.target(force))), root) for force in forces]
