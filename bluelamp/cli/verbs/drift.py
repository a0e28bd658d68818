"""`bluelamp drift`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bluelamp.cli import operate
from bluelamp.cli.agreement import Agreement
from bluelamp.cli.files import refuse_unwritable, write
from bluelamp.cli.options import (
    All,
    Details,
    Environment,
    Forces,
    Form,
    Jobs,
    Kubeconfig,
    Project,
    Quiet,
    Region,
    Rehearse,
    Scheduler,
    Yes,
)
from bluelamp.cli.run_options import RunOptions
from bluelamp.cli.scheduled import engine_job, refuse_local_options, refuse_question
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.cli.select import select
from bluelamp.fleet import deploy
from bluelamp.fleet.deploy import OnStep, Result
from bluelamp.folders import project as find_project

if TYPE_CHECKING:
    from bluelamp.cli.drifting import Drifting
    from bluelamp.engine.operation import Target


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("drift")(drift)


def drift(
    forces: Forces = None,
    rehearse: Rehearse = False,
    issue: Annotated[
        Path | None,
        typer.Option("--issue", metavar="FILE", help="Write a Markdown issue body on the drift into this file."),
    ] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Repair the drift, if stacks/<force>/drift.yaml allows it.")
    ] = False,
    yes: Yes = False,
    every: All = False,
    region: Region = None,
    environment: Environment = None,
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    kubeconfig: Kubeconfig = None,
    details: Details = False,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Find out-of-band changes, property by property; status 4 if there are any. Only --repair changes anything.

    Filters in stacks/<force>/drift.yaml exclude changes, each with a reason and an expiry date. Each run is kept in
    .bluelamp/, so that the next one shows the start of each drift.

    Examples: `bluelamp drift essex` · `bluelamp drift --rehearse --all --format json` ·
    `bluelamp drift --all --issue drift.md` · `bluelamp drift essex --repair`
    """
    from bluelamp.cli.drifting import drifting
    from bluelamp.cli.drifting import issue as body

    screen, root = Screen(form, quiet=quiet), find_project(project)
    refuse_local_options(scheduler, {"--kubeconfig": kubeconfig})
    refuse_question(scheduler, answered=not repair or rehearse or yes)
    chosen = select(root, forces, every=every, region=region, changed=None, environment=environment)
    if issue is not None:
        refuse_unwritable(issue)
    found = drifting(root, chosen, rehearse=rehearse)
    agree = Agreement(screen, rehearse=rehearse, yes=yes, details=details) if repair else None
    options = RunOptions(
        rehearse,
        jobs,
        None,
        kubeconfig,
        needs_settings=False,
        details=details,
        drifting=found,
        repair=repair,
        scheduler=scheduler,
        job=engine_job("drift", rehearse=rehearse, repair=repair),
    )
    status = operate.run(
        screen, root, chosen, "drift", options, lambda target, on_step, _: _drifted(target, on_step, found, agree)
    )
    if issue is not None:
        words = ["bluelamp", "drift", *(["--all"] if every else ["--region", region] if region else forces or [])]
        words += [*(["--environment", environment] if environment else []), *(["--rehearse"] if rehearse else [])]
        write(issue, body(options.results, found, " ".join(words)))
        screen.say(escape(f"issue: {issue}"))
    raise typer.Exit(status)


def _drifted(target: "Target", on_step: OnStep, found: "Drifting", agree: "Agreement | None") -> Result:
    """The drift, or the drift that remains after a repair that is requested and allowed."""
    result = found.remember(deploy.drift(target, on_step, found.sift))
    return result if agree is None else found.repair(target, on_step, result, agree)
