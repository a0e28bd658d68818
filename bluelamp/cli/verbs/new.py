"""`bluelamp new`."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from bluelamp.cli.options import CostCentre, Form, Owner, Project, Quiet
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.core.environments import ENVIRONMENTS, join, split
from bluelamp.core.os_errors import reason_of
from bluelamp.core.problems import SettingsError
from bluelamp.core.suggestions import did_you_mean
from bluelamp.errors import UsageError
from bluelamp.folders import project as find_project


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("new")(new)


def new(
    force: Annotated[
        str, typer.Argument(metavar="FORCE", help="The force's name in stacks/forces.yaml, or one to add with --name.")
    ],
    owner: Owner = None,
    cost_centre: CostCentre = None,
    environment: Annotated[
        str | None,
        typer.Option("--environment", metavar="ENV", help="A further environment of the force: preprod, test or dev."),
    ] = None,
    subscription: Annotated[
        str | None,
        typer.Option("--subscription", metavar="ID", help="With --environment: the environment's subscription."),
    ] = None,
    budget: Annotated[
        int, typer.Option("--budget", metavar="GBP", min=1, help="With --environment: its monthly budget.")
    ] = 500,
    name: Annotated[
        str | None, typer.Option("--name", help="The display name of a force that is not in the register.")
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", metavar="R", help="With --name: its police region, or national.")
    ] = None,
    code: Annotated[
        str | None,
        typer.Option("--code", help="With --name: a unique code of 2 to 5 lower-case letters, for resource names."),
    ] = None,
    special: Annotated[bool, typer.Option("--special", help="With --name: a force that is not territorial.")] = False,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Write the stack file of a force or of a further environment, with its own address space.

    With `--name`, `--region` and `--code`, a force that is not in the register is added with free address ranges.
    Existing settings are never overwritten.

    Examples: `bluelamp new kent --owner platforms@kent.police.example --cost-centre KNT-100` ·
    `bluelamp new kent --environment dev --subscription 00000000-0000-4000-8000-000000000000`
    """
    screen, root = Screen(form, quiet=quiet), find_project(project)
    force, environment = _environment(root, force, environment)
    added = _registered(root, force, name, region, code, special=special)
    if environment:
        path = _of_environment(root, force, environment, subscription, owner, cost_centre, budget)
    else:
        from bluelamp.infra.scaffold.stack import scaffold

        _needs_none(subscription)
        missing = [option for option, value in (("--owner", owner), ("--cost-centre", cost_centre)) if not value]
        if (not owner or not cost_centre) and not _has_file(root, force):
            example = f"--owner platforms@{force}.police.example --cost-centre ICT-100"
            raise UsageError(f"{' and '.join(missing)} must be given", next_step=f"bluelamp new {force} {example}")
        path = scaffold(force, owner or "", cost_centre or "", root=root)
    stack = join(force, environment)
    kept = _keep_addresses(root, stack)
    _keep_schemas(screen, root)
    shown = path.relative_to(root)
    if added:
        screen.show(f"added {escape(force)} to stacks/forces.yaml")
    screen.show(f"wrote {escape(shown)}")
    if kept:
        screen.show(f"wrote {escape(kept)}, which keeps the address ranges; commit it with the settings")
    screen.say(f"next: bluelamp check {escape(stack)}")
    screen.give(
        {
            "force": stack,
            "environment": environment or "prod",
            "file": str(shown),
            "addresses": kept,
            "registered": added,
        }
    )


def _keep_schemas(screen: Screen, root: Path) -> None:
    """Writes the schemas that the first lines of settings files refer to, if the project has none."""
    from bluelamp.core.modeline import SCHEMAS
    from bluelamp.schemas.editor import write_schemas

    if os.path.lexists(root / SCHEMAS):
        return
    try:
        write_schemas(root / SCHEMAS)
    except OSError as error:
        screen.warn(f"{SCHEMAS}/ cannot be written: {reason_of(error)}")
    else:
        screen.show(f"wrote {SCHEMAS}/, with which editors check settings")


def _keep_addresses(root: Path, stack: str) -> str | None:
    """Keeps the address ranges of the new stack; returns the file's path in the project if it was written."""
    from bluelamp.fleet.recorded_ranges import record_ranges
    from bluelamp.infra.force import load
    from bluelamp.infra.settings.address_file import ADDRESS_FILE

    _, new = record_ranges(root, load(stack, root=root), {})
    return ADDRESS_FILE.format(slug=stack) if new else None


def _environment(root: Path, force: str, environment: str | None) -> tuple[str, str]:
    """The force and its further environment: `essex-dev` is `essex --environment dev`."""
    from bluelamp.infra.settings.register import read_register

    if environment is not None and environment not in ENVIRONMENTS:
        allowed = ", ".join(ENVIRONMENTS)
        step = did_you_mean(environment, ENVIRONMENTS)
        if environment == "prod":
            step = f"leave --environment out: bluelamp new {force}"
        raise UsageError(f"{environment[:60]!r} is not a valid environment; allowed: {allowed}", next_step=step)
    owner, suffix = split(force)
    if suffix and environment in (None, suffix) and read_register(root).knows(force):
        return owner, suffix
    return force, environment or ""


def _registered(
    root: Path, force: str, name: str | None, region: str | None, code: str | None, *, special: bool
) -> bool:
    """Adds the force to the register unless it is there; returns whether it was added."""
    from bluelamp.infra.settings.register import read_register

    given = {"--name": name, "--region": region, "--code": code}
    if name and region and code:
        from bluelamp.infra.scaffold.register import add_force, holds

        if holds(root, force, name, region, code):
            return False
        add_force(force, name=name, region=region, code=code, special=special, root=root)
        return True
    if any(given.values()):
        missing = [option for option, value in given.items() if not value]
        raise UsageError(f"{' and '.join(missing)} must be given too, to add {force} to the register")
    register = read_register(root)
    if register.knows(force):
        return False
    try:
        register.entry(force)
    except SettingsError as error:
        words = f'bluelamp new {force[:60]} --name "…" --region … --code … --owner … --cost-centre …'
        raise SettingsError(
            replace(
                each,
                next_step=f"{each.next_step} or, to add it: {words}"
                if each.next_step.endswith("?")
                else f"to add it: {words}",
            )
            for each in error.problems
        ) from None
    return False


def _of_environment(
    root: Path,
    force: str,
    environment: str,
    subscription: str | None,
    owner: str | None,
    cost_centre: str | None,
    budget: int,
) -> Path:
    from bluelamp.infra.scaffold.environment import scaffold_environment

    stack = join(force, environment)
    if not subscription and not _has_file(root, stack):
        raise UsageError(
            f"{stack} needs --subscription: every environment has its own subscription",
            next_step="`az account list --output table` lists those that you may use",
        )
    return scaffold_environment(
        force, environment, subscription or "", owner_email=owner, cost_centre=cost_centre, budget=budget, root=root
    )


def _needs_none(subscription: str | None) -> None:
    if subscription:
        raise UsageError("--subscription belongs to --environment", next_step="add --environment, or leave it out")


def _has_file(root: Path, stack: str) -> bool:
    """Whether the stack has settings already, which is reported before other mistakes."""
    from bluelamp.infra.settings.layers import STACK_FILE
    from bluelamp.infra.settings.stack_file import has_settings

    return has_settings(root / STACK_FILE.format(slug=stack))
