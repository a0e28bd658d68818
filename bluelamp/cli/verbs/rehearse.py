"""`bluelamp rehearse -- COMMAND`."""

from pathlib import Path
from typing import Annotated

import typer

from bluelamp.cli.options import ArmTypes, Kubeconfig, Quiet
from bluelamp.cli.screen import Screen, escape


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("rehearse", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(rehearse)


def rehearse(
    command: Annotated[list[str], typer.Argument(metavar="-- COMMAND...", help="Any command with its arguments.")],
    arm_types: ArmTypes = None,
    kubeconfig: Kubeconfig = None,
    quiet: Quiet = False,
) -> None:
    """Run any command of any Pulumi project against the rehearsal cloud.

    The command's environment provides the engine, its state and its providers. No real cloud is reached, and no
    confirmation is required. State and cloud are kept in `.bluelamp/` beside `Pulumi.yaml`. Exits with the command's
    status.

    Examples: `bluelamp rehearse -- pulumi up` · `bluelamp rehearse -- pulumi destroy`
    """
    from bluelamp.cli.session import engine_for
    from bluelamp.rehearsal.command import is_read_only, project_folder, run
    from bluelamp.rehearsal.session import rehearsal, storage_errors

    screen = Screen(quiet=quiet)
    here = Path.cwd()
    root = project_folder(here)
    engine = engine_for(screen)
    changes = not is_read_only(command)
    with (
        rehearsal(root or here, engine, arm_types=arm_types, kubeconfig=kubeconfig, changes=changes) as held,
        storage_errors(),
    ):
        status = run(held, command, lambda note: screen.say(escape(note)))
    raise typer.Exit(status if status >= 0 else 128 - status)
