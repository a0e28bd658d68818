"""`bluelamp affected`."""

import json
from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from bluelamp.cli.changed import comparison, counts, money
from bluelamp.cli.options import Environment, Jobs, NoCache, Project, Quiet, Region
from bluelamp.cli.reuse import plans_of
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.cli.select import select, with_stacks
from bluelamp.core.text import first_of
from bluelamp.errors import Status
from bluelamp.folders import project as find_project

if TYPE_CHECKING:
    from bluelamp.comparison import ChangedVerdict, Comparison, Force


class Form(StrEnum):
    """The output format."""

    TEXT = "text"
    JSON = "json"
    MATRIX = "matrix"


_COLOURS = {"deleted": "red", "replaced": "magenta", "updated": "yellow", "created": "green"}
_MOST = 10
"""The maximum numbers of resources, verdicts and reasons of a force in the text."""


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("affected")(affected)


def affected(
    reference: Annotated[
        str, typer.Argument(metavar="[REF]", help="A commit, a branch or a tag; its merge base with HEAD is the base.")
    ] = "origin/main",
    region: Region = None,
    environment: Environment = None,
    expect_no_changes: Annotated[
        bool, typer.Option("--expect-no-changes", help="Status 4 if any force is affected.")
    ] = False,
    jobs: Jobs = None,
    no_cache: NoCache = False,
    form: Annotated[
        Form,
        typer.Option("--format", "-f", help="The output format; matrix is one line of JSON for GitHub Actions."),
    ] = Form.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Show which forces a change affects, and why: base and working files are planned and compared.

    A force is affected if its resources, their properties, its verdicts or its cost differ, or if a side cannot be
    planned. No engine and no login are needed. Status 0 whether or not a force is affected.

    Examples: `bluelamp affected` · `bluelamp affected main --format json` · `bluelamp affected v1.2 --format matrix`
    """
    screen = Screen(Format.JSON if form is Form.JSON else Format.TEXT, quiet=quiet)
    root = find_project(project)
    forces = None
    if region is not None:
        forces = select(root, None, every=False, region=region, changed=None, environment=environment)
    elif environment is not None:
        forces = select(root, None, every=True, region=None, changed=None, environment=environment)
    found = comparison(screen, root, reference, forces, jobs, plans_of(root, no_cache=no_cache), option="REF")
    if form is Form.MATRIX:
        present = set(with_stacks(root))
        screen.text(matrix([each for each in found.affected if each.force in present]))
    else:
        _show(screen, found)
        screen.give(found.as_dict())
    raise typer.Exit(Status.CHANGES_FOUND if expect_no_changes and found.affected else Status.DONE)


def matrix(forces: Sequence["Force"]) -> str:
    """The forces as a matrix of GitHub Actions, on one line: `{"include": [{"force": "essex", …}]}`.

    Removed forces are left out, as they have no plan.
    """
    rows = [{"force": each.force, "environment": each.environment} for each in forces]
    return json.dumps({"include": rows}, separators=(",", ":"))


def _show(screen: Screen, found: "Comparison") -> None:
    for group in found.groups:
        first = group[0]
        names = first_of([each.force for each in group], 8)
        count = f"[bold]{len(group)} forces with the same change[/bold]: " if len(group) > 1 else ""
        text = ", ".join(counts(first))
        screen.show(f"{count}[bold]{escape(names)}[/bold]{f': {escape(text)}' if text else ''}")
        if not screen.quiet:
            _details(screen, first)
            if len(group) > 1:
                screen.show(f"    [dim]names, addresses and lines are those of {escape(first.force)}[/dim]")
    total = sum((each.cost.change for each in found.affected), Decimal(0))
    cost = f", {'+' if total > 0 else '-'}£{abs(total):,.2f} a month" if total else ""
    unaffected = len(found.forces) - len(found.affected)
    screen.show(f"[bold]{len(found.affected)} affected[/bold]{cost}, {unaffected} not affected")


def _details(screen: Screen, force: "Force") -> None:
    for side, error in (("the base does not plan", force.base_error), ("it does not plan", force.head_error)):
        if error:
            screen.show(f"    [red]{side}[/red]: {escape(error)}")
    lines = [
        f"    [{_COLOURS[each.what]}]{each.what}[/] {escape(each.type)} [bold]{escape(each.name)}[/bold]"
        + (f": {escape(first_of([one.path for one in each.properties], 5))}" if each.properties else "")
        for each in force.resources
    ]
    _some(screen, lines, "resources")
    _some(screen, [f"    [yellow]output[/yellow] {escape(each.path)}" for each in force.outputs], "outputs")
    _some(screen, [f"    [red]refused[/red] {escape(each)}" for each in force.refused], "refusals")
    _some(screen, [_verdict(each) for each in force.verdicts], "verdicts")
    for amount in money(force):
        screen.show(f"    cost: {escape(amount)}")
    for reason in force.reasons[:_MOST]:
        screen.show(f"    [dim]{reason.because.conjunction} {escape(str(reason))}[/dim]")
    rest = len(force.reasons) - _MOST
    if rest > 0:
        screen.show(f"    [dim]because of {rest} more[/dim]")


def _verdict(each: "ChangedVerdict") -> str:
    colour = "red" if each.breaks else "green" if each.turn == "gone" else "yellow"
    return (
        f"    [{colour}]{each.turn} {each.verdict}[/{colour}] {escape(each.rule)} ({each.level}) "
        f"[bold]{escape(each.name)}[/bold]: {escape(each.title)}"
    )


def _some(screen: Screen, lines: Sequence[str], what: str) -> None:
    screen.show(*lines[:_MOST])
    if len(lines) > _MOST:
        screen.show(f"    [dim]and {len(lines) - _MOST} more {what}; --format json lists all[/dim]")
