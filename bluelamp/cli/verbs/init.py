"""`bluelamp init`."""

from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from bluelamp.cli.options import CostCentre, Form, Owner, Quiet
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.errors import UsageError


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("init")(init)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The project's folder, created if missing.")],
    force: Annotated[
        str | None, typer.Option("--force", metavar="FORCE", help="The one force of the project, by its id.")
    ] = None,
    owner: Owner = None,
    cost_centre: CostCentre = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
) -> None:
    """Write a force's own project: settings, program, policy pack, pinned version. Existing files are kept.

    Example: `bluelamp init landing-zones --force kent --owner platforms@kent.police.example --cost-centre KNT-100`
    """
    from bluelamp.cli.select import with_stacks
    from bluelamp.starting import start

    example = f"bluelamp init {folder} --force {force or 'FORCE'} --owner EMAIL --cost-centre CODE"
    missing = [name for name, value in (("--owner", owner), ("--cost-centre", cost_centre)) if value is None]
    if force is not None and missing:
        raise UsageError(f"--force needs {' and '.join(missing)}", next_step=example)
    if force is None and len(missing) < 2:
        raise UsageError("--owner and --cost-centre need --force", next_step=example)
    screen = Screen(form, quiet=quiet)
    done = start(folder, force, owner or "", cost_centre or "")
    for name in done.written:
        screen.show(f"wrote {escape(folder / name)}")
    for name in done.kept:
        screen.say(f"kept  {escape(folder / name)}, which exists already")
    named = force or next(iter(with_stacks(folder)), None)
    then = f"bluelamp check {named}" if named else "bluelamp new FORCE --owner EMAIL --cost-centre CODE"
    there = "" if folder.resolve() == Path.cwd() else f"cd {quote(str(folder))} && "
    screen.say(f"next: {escape(there + then)}")
    screen.give({"folder": str(folder), "written": list(done.written), "kept": list(done.kept), "next": then})
