"""`bluelamp cost`."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bluelamp.cli.options import All, ArmTypes, Environment, Forces, Jobs, NoCache, Project, Quiet, Region, Rehearse
from bluelamp.cli.reuse import plans_of, say_reused
from bluelamp.cli.screen import Format, Screen
from bluelamp.cli.select import select
from bluelamp.cli.settings import read_settings
from bluelamp.errors import UsageError
from bluelamp.folders import project as find_project
from bluelamp.pricing.model import By

if TYPE_CHECKING:
    from bluelamp.cost.fleet import Both
    from bluelamp.plans import Plans


class From(StrEnum):
    """The source to price."""

    PLAN = "plan"
    STATE = "state"


class Form(StrEnum):
    """The output format."""

    TEXT = "text"
    JSON = "json"
    FOCUS = "focus"


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("cost")(cost)


def cost(
    forces: Forces = None,
    every: All = False,
    region: Region = None,
    environment: Environment = None,
    by: Annotated[
        By | None,
        typer.Option("--by", help="Group by this; by default by component, or by force for several forces."),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="REF", help="Show differences from the settings of this git revision."),
    ] = None,
    source: Annotated[From, typer.Option("--from", help="Price the plan, or the deployed state.")] = From.PLAN,
    rehearse: Rehearse = False,
    refresh: Annotated[
        bool,
        typer.Option("--refresh", help="Fetch prices from the Azure Retail Prices API into stacks/prices.csv."),
    ] = False,
    arm_types: ArmTypes = None,
    jobs: Jobs = None,
    no_cache: NoCache = False,
    form: Annotated[
        Form, typer.Option("--format", "-f", help="The output format; focus is CSV by FOCUS 1.2.")
    ] = Form.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Show the monthly cost of forces, down to the resource, and the cost of a change to their settings.

    Prices are list prices in GBP without VAT. Usage is in `stacks/FORCE/usage.yaml`, on-premises hardware in
    `stacks/FORCE/hardware.yaml`.

    Examples: `bluelamp cost essex` · `bluelamp cost --all --by milestone` · `bluelamp cost essex --against main` ·
    `bluelamp cost essex --format focus` · `bluelamp cost --refresh`
    """
    screen = Screen(Format.JSON if form is Form.JSON else Format.TEXT, quiet=quiet)
    root = find_project(project)
    _check(against, source, form, rehearse=rehearse, refresh=refresh)
    if refresh:
        if forces or every or region or environment:
            raise UsageError("--refresh is for the prices of all forces", next_step="bluelamp cost --refresh")
        from bluelamp.cli.cost_refresh import refresh as fetch

        fetch(screen, root)
        return
    from bluelamp.cli.cost_text import Shown, as_json, show

    chosen = select(root, forces, every=every, region=region, changed=None, environment=environment)
    plans = plans_of(root, no_cache=no_cache, arm_types=arm_types) if source is From.PLAN else None
    kept = {force for force in chosen if plans and plans.costs(force) is not None}
    read_settings(root, [force for force in chosen if force not in kept], rehearse=None)
    found = (
        _deployed(screen, root, chosen, rehearse=rehearse)
        if source is From.STATE
        else _planned(screen, root, chosen, arm_types, jobs, against, plans)
    )
    say_reused(screen, len(chosen), len(kept))
    grouped = by or (By.COMPONENT if len(chosen) == 1 else By.FORCE)
    if form is Form.FOCUS:
        from bluelamp.cost.focus import export

        screen.text(export([each.now for each in found]).rstrip("\n"))
        return
    show(screen, Shown(found, grouped, against))
    screen.give(as_json(found, grouped, against))


def _check(against: str | None, source: From, form: Form, *, rehearse: bool, refresh: bool) -> None:
    wrong = (
        (rehearse and source is From.PLAN, "--rehearse belongs to --from state", "add --from state"),
        (against is not None and source is From.STATE, "--against compares plans", "leave --from state out"),
        (against is not None and form is Form.FOCUS, "FOCUS has no differences", "leave --against or --format out"),
        (refresh and against is not None, "--refresh prices nothing", "leave --against out"),
        (refresh and source is From.STATE, "--refresh prices nothing", "leave --from out"),
        (refresh and form is Form.FOCUS, "--refresh gives text or JSON", "leave --format out"),
    )
    for holds, message, step in wrong:
        if holds:
            raise UsageError(message, next_step=step)


def _planned(
    screen: Screen,
    root: Path,
    forces: Sequence[str],
    arm_types: Path | None,
    jobs: int | None,
    against: str | None,
    plans: "Plans | None",
) -> list["Both"]:
    from bluelamp.cost.fleet import costs

    done: list[Both] = []
    tell = screen.milestones(len(forces), "pricing", "priced")
    with screen.progress() as progress:
        task = progress.add_task("pricing", total=len(forces))
        for one in costs(forces, root, arm_types, jobs, against=against, plans=plans):
            done.append(one)
            progress.advance(task)
            tell(len(done))
    return done


def _deployed(screen: Screen, root: Path, forces: Sequence[str], *, rehearse: bool) -> list["Both"]:
    from bluelamp.cli.session import session
    from bluelamp.cost.estate import cost_of_state
    from bluelamp.cost.fleet import Both
    from bluelamp.fleet.judge import deployed
    from bluelamp.pricing.snapshot import load

    prices = load(root)
    with (
        session(screen, root, rehearse=rehearse, arm_types=None, kubeconfig=None, serves=False) as held,
        screen.working("pricing"),
    ):
        states = deployed({force: held.state(held.target(force)) for force in forces}, rehearse=rehearse)
        return [Both(cost_of_state(state, force, root, prices=prices)) for force, state in states.items()]
