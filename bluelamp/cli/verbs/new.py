"""`bluelamp new`."""

from typing import Annotated

import typer

from bluelamp.cli.options import Form, Project, Quiet
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.folders import project as find_project


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("new")(new)


def new(
    force: Annotated[str, typer.Argument(metavar="FORCE", help="The force's name in stacks/forces.yaml.")],
    owner: Annotated[str, typer.Option("--owner", metavar="EMAIL", help="The mailbox of the estate's business owner.")],
    cost_centre: Annotated[str, typer.Option("--cost-centre", metavar="CODE", help="Where the cost goes.")],
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Write a force's stack file, with its own address space from the register.

    Example: `bluelamp new kent --owner platforms@kent.police.example --cost-centre KNT-100`
    """
    from bluelamp.infra.scaffold import scaffold

    screen, root = Screen(form, quiet=quiet), find_project(project)
    path = scaffold(force, owner, cost_centre, root=root)
    shown = path.relative_to(root)
    screen.show(f"wrote {escape(shown)}")
    screen.say(f"next: bluelamp check {escape(force)}")
    screen.give({"force": force, "file": str(shown)})
