"""`bluelamp test-rules`."""

from pathlib import Path
from typing import Annotated

import typer

from bluelamp.cli.options import Form, Project, Quiet
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.errors import Status, UsageError
from bluelamp.folders import project as find_project
from bluelamp.reports.words import some


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("test-rules")(hold_to_cases)


def hold_to_cases(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[FOLDER]", help="The folder of rules and cases; by default the project's `rules`."),
    ] = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Test a force's own rules against their cases, and check their metadata.

    Status 1 if a verdict differs from that of its case; 2 if a rule or its cases cannot be read or are incomplete.

    Examples: `bluelamp test-rules` · `bluelamp test-rules ../shared/rules --format json`
    """
    from bluelamp.policies.discovery import baseline
    from bluelamp.policies.own import FOLDER, load
    from bluelamp.policies.testing import checked, run

    screen = Screen(form, quiet=quiet)
    root = folder.resolve().parent if folder else find_project(project)
    place = folder.resolve() if folder else root / FOLDER
    if not place.is_dir():
        raise UsageError(f"{folder or FOLDER} is not a rules folder", next_step="add one: see docs/own-rules.md")
    rules = load(place, baseline(), root)
    if not rules:
        raise UsageError(f"{folder or FOLDER} holds no rule", next_step="docs/own-rules.md has a complete example")
    checked(rules, place, root)
    results = [(rule, run(rule, root)) for rule in rules]
    for rule, cases in results:
        wrong = [each for each in cases if each.difference]
        mark = "[red]fail[/red]" if wrong else "[green]pass[/green]"
        screen.show(f"{mark} [bold]{rule.id}[/bold] {escape(rule.title)} ({some(len(cases), 'case')})")
        for each in wrong:
            screen.show(f"    {escape(each.where)}: case {escape(each.name)}: {escape(each.difference)}")
    failed = sum(1 for _, cases in results for each in cases if each.difference)
    total = sum(len(cases) for _, cases in results)
    screen.show(f"{some(len(rules), 'rule')}, {some(total, 'case')}: {f'{failed} failed' if failed else 'all hold'}")
    screen.give(
        {
            "rules": [
                {
                    "rule": rule.id,
                    "cases": [{"name": each.name, "place": each.where, "wrong": each.difference} for each in cases],
                }
                for rule, cases in results
            ]
        }
    )
    raise typer.Exit(Status.FAILED if failed else Status.DONE)
