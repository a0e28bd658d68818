"""`bluelamp destroy`."""

from pathlib import Path

import typer

from bluelamp.cli import operate
from bluelamp.cli.agreement import Agreement
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
    Yes,
)
from bluelamp.cli.run_options import RunOptions
from bluelamp.cli.screen import Format, Screen
from bluelamp.cli.select import select
from bluelamp.fleet import deploy
from bluelamp.folders import project as find_project


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("destroy")(destroy)


def destroy(
    forces: Forces = None,
    rehearse: Rehearse = False,
    yes: Yes = False,
    every: All = False,
    region: Region = None,
    environment: Environment = None,
    jobs: Jobs = None,
    kubeconfig: Kubeconfig = None,
    details: Details = False,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Destroy a force's estate.

    A saved plan cannot contain a destroy: if `planApprovals` is required, destroying a real estate is refused.

    Examples: `bluelamp destroy --rehearse essex` · `bluelamp destroy essex`
    """
    screen, root = Screen(form, quiet=quiet), find_project(project)
    chosen = select(root, forces, every=every, region=region, changed=None, environment=environment)
    if not rehearse:
        _refuse_destruction(root)
    agree = Agreement(screen, rehearse=rehearse, yes=yes, details=details)
    status = operate.run(
        screen,
        root,
        chosen,
        "destroy",
        RunOptions(rehearse, jobs, None, kubeconfig, needs_settings=False, details=details, seen=agree.seen),
        lambda target, on_step, _: deploy.destroy(target, on_step, agree=agree),
    )
    raise typer.Exit(status)


def _refuse_destruction(root: Path) -> None:
    """Raises `NotApprovedError` if changes need an approved plan, as a plan cannot contain a destroy."""
    from bluelamp.fleet.approvals import NotApprovedError, read_people
    from bluelamp.reports.signers import known_signers

    if read_people(root, known_signers(root)).required:
        raise NotApprovedError(
            "stacks/approvers.yaml requires an approved plan (planApprovals), which a destroy cannot have",
            next_step="remove the resources from the settings and apply that plan, or have a change reviewed that sets "
            "planApprovals to optional",
        )
