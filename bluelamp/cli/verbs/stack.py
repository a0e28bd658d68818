"""`bluelamp stack`: the state of a force in a real backend."""

from typing import Annotated, Final

import typer

from bluelamp.cli.options import Form, Project, Quiet
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.folders import project as find_project

_THERE: Final = "already exists"


def add(app: typer.Typer) -> None:
    """Adds the verbs."""
    group = typer.Typer(no_args_is_help=True, help="Create the state of a force in the backend, before its first `up`.")
    group.command("init")(init)
    app.add_typer(group, name="stack")


def init(
    force: Annotated[str, typer.Argument(metavar="FORCE", help="A force by its name in stacks/forces.yaml.")],
    secrets_provider: Annotated[
        str | None,
        typer.Option(
            "--secrets-provider",
            metavar="P",
            help="The secrets provider of the state: `passphrase`, or a key in Azure Key Vault, "
            "`azurekeyvault://VAULT/keys/KEY`; by default the backend's own, of a file or container "
            "`passphrase`.",
        ),
    ] = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Create the stack of a force, or of its environment, in the backend that you are logged in to.

    An existing stack is left unchanged, with status 0. The rehearsal cloud creates its own stacks.

    Examples: `bluelamp stack init essex` · `bluelamp stack init essex-dev --secrets-provider
    azurekeyvault://kv-state.vault.azure.net/keys/pulumi`
    """
    from bluelamp.cli.session import engine_for
    from bluelamp.engine.operation import Target, command, failed
    from bluelamp.infra.settings.layers import STACK_FILE
    from bluelamp.infra.settings.register import read_register
    from bluelamp.infra.settings.stack_file import has_settings

    screen, root = Screen(form, quiet=quiet), find_project(project)
    entry = read_register(root).entry(force)
    engine = engine_for(screen)
    target = Target(engine, entry.slug, root, engine.environment())
    chosen = ["--secrets-provider", secrets_provider] if secrets_provider else []
    run = command(target, ["stack", "init", entry.slug, "--no-select", *chosen])
    there = bool(run.returncode) and _THERE in run.stderr
    if run.returncode and not there:
        raise failed(target, run.stderr, "the stack cannot be created")
    screen.show(f"{entry.slug}: the stack exists already" if there else f"{entry.slug}: created the stack")
    step = f"bluelamp preview {entry.slug}"
    if not has_settings(root / STACK_FILE.format(slug=entry.slug)):
        step = f"bluelamp new {entry.force}" + (f" --environment {entry.environment}" if entry.environment else "")
    screen.say(f"next: {escape(step)}")
    screen.give({"force": entry.slug, "created": not there, "next_step": step})
