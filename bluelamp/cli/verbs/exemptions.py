"""`bluelamp exemptions`."""

from datetime import date
from typing import TYPE_CHECKING

import typer

from bluelamp.cli.options import All, Environment, Forces, Form, Jobs, Project, Quiet, Region
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.cli.select import select
from bluelamp.core.dates import today
from bluelamp.errors import BluelampError, Status
from bluelamp.folders import project as find_project
from bluelamp.policies.exemptions import Status as Standing
from bluelamp.reports.words import some

if TYPE_CHECKING:
    from bluelamp.reports.exemptions import ExemptionRecord

_COLOURS = {Standing.HOLDS: "green", Standing.NOT_STARTED: "cyan"}


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("exemptions")(exemptions)


def exemptions(
    forces: Forces = None,
    every: All = False,
    region: Region = None,
    environment: Environment = None,
    jobs: Jobs = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """List the exemptions of forces by expiry date, with rule, scope, approver and status. Status 3 if any exemption is
    invalid or expired. Judges the plan, without an engine or a login.

    Examples: `bluelamp exemptions essex` · `bluelamp exemptions --all --format json`
    """
    from bluelamp.fleet.judge import check_plans
    from bluelamp.governance.read import every as read

    screen, root = Screen(form, quiet=quiet), find_project(project)
    chosen = select(root, forces, every=every, region=region, changed=None, environment=environment)
    having = [force for force, settled in read(root, chosen).items() if settled.exemptions]
    found: list[tuple[str, ExemptionRecord]] = []
    with screen.working("judging"):
        for one in check_plans(having, root, None, jobs) if having else ():
            if one.report is None:
                raise BluelampError(f"{one.force}: {one.failure}", next_step=f"bluelamp check {one.force}")
            found += [(one.force, each) for each in one.report.exemptions]
    found.sort(key=lambda pair: (pair[1].expiry, pair[0], pair[1].id))
    day = today()
    for force, each in found:
        _show(screen, force, each, day)
    lapsed = [each for _, each in found if each.status not in _COLOURS]
    holding = sum(1 for _, each in found if each.holds)
    screen.show(
        f"{some(len(found), 'exemption')}, {holding} in force"
        if found
        else f"no exemptions ({some(len(chosen), 'force')})"
    )
    screen.give({"exemptions": [{"force": force, **each.as_dict()} for force, each in found]})
    raise typer.Exit(Status.RULES_BROKEN if lapsed else Status.DONE)


def _show(screen: Screen, force: str, each: "ExemptionRecord", day: date) -> None:
    colour = _COLOURS.get(each.status, "red")
    left = (each.expiry - day).days
    until = f"until {each.expiry}" + (f" ({left} days)" if left >= 0 else "")
    screen.show(
        f"[{colour}]{each.status}[/{colour}] [bold]{escape(force)} {escape(each.id)}[/bold] {escape(each.rule)} {until}"
    )
    if each.why:
        screen.show(f"    {escape(each.why)}")
    screen.show(f"    {escape(each.scope)} ({some(each.matched, 'failure')})")
    screen.show(
        f"    {escape(each.risk_reference)}, owner {escape(each.owner)}, approved by {escape(each.approver)}, "
        f"last reviewed {each.last_review}"
    )
