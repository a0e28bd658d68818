"""`bluelamp list`."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from typing import Any

import typer

from bluelamp.cli.options import Areas, AtLeast, Form, Framework, Project, Quiet, Region
from bluelamp.cli.screen import Format, Screen
from bluelamp.core.suggestions import did_you_mean_or
from bluelamp.errors import UsageError
from bluelamp.folders import project as find_project

listing = typer.Typer(
    no_args_is_help=True, help="List forces, rules, frameworks and modules.", rich_markup_mode="markdown"
)


def add(app: typer.Typer) -> None:
    """Adds the verbs."""
    app.add_typer(listing, name="list")


@listing.command("forces")
def forces(
    region: Region = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """List the forces of the register, with their region, profile and address ranges.

    Examples: `bluelamp list forces` · `bluelamp list forces --region eastern --format json`
    """
    from bluelamp.cli.select import with_stacks
    from bluelamp.core.problems import SettingsError
    from bluelamp.infra.force import load
    from bluelamp.infra.settings.register import read_register

    root = find_project(project)
    register, there = read_register(root), set(with_stacks(root))
    regions = sorted({entry.region for entry in register.forces.values()})
    if region is not None:
        region = _one(region, regions, "police region")
    rows = []
    for entry in register.forces.values():
        if region is not None and entry.region != region:
            continue
        profile = shape = ""
        if entry.slug in there:
            try:
                force = load(entry.slug, root=root)
                profile, shape = force.profile, force.shape
            except SettingsError:
                profile = shape = "settings are wrong"
        rows.append(
            {
                "force": entry.slug,
                "name": entry.name,
                "region": entry.region,
                "profile": profile or None,
                "shape": shape or None,
                **{place: str(block) for place, block in entry.allocation.ranges().items()},
            }
        )
    _give(Screen(form, quiet=quiet), "forces", rows)


@listing.command("rules")
def rules(
    severity: AtLeast = None,
    framework: Framework = None,
    areas: Areas = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """List the rules of the security baseline and the project's own rules, with severity and enforcement.

    Examples: `bluelamp list rules --severity critical` · `bluelamp list rules --framework cyber-essentials`
    """
    from bluelamp.policies import rules as discovered
    from bluelamp.reports.selection import select

    with nullcontext() if project else suppress(UsageError):  # outside a project there is the baseline only
        find_project(project)
    kept = select(framework or (), (), severity or "", areas or ()).keep(discovered())
    _give(
        Screen(form, quiet=quiet),
        "rules",
        [
            {
                "rule": each.id,
                "severity": str(each.severity),
                "enforcement": str(each.enforcement),
                "area": each.area,
                "title": each.title,
            }
            for each in sorted(kept, key=lambda each: each.id)
        ],
    )


@listing.command("frameworks")
def frameworks(form: Form = Format.TEXT, quiet: Quiet = False) -> None:
    """List the frameworks, with their editions, controls and numbers of mapped rules.

    Examples: `bluelamp list frameworks` · `bluelamp list frameworks --format json`
    """
    from bluelamp.cli.explain_framework import editions

    _give(
        Screen(form, quiet=quiet),
        "frameworks",
        [
            {
                "framework": each.name,
                "edition": each.edition,
                "controls": len(each.controls),
                "assessed": len(each.mapped),
                "rules": len(each.rules),
                "title": each.title,
            }
            for each in editions()
        ],
    )


@listing.command("modules")
def modules(form: Form = Format.TEXT, quiet: Quiet = False, project: Project = None) -> None:
    """List the modules, with their components and the resources that they create.

    Examples: `bluelamp list modules` · `bluelamp explain azure/hub`
    """
    from bluelamp.cli.module_index import modules as found

    _give(
        Screen(form, quiet=quiet),
        "modules",
        [{"module": each.folder, "component": each.name, "title": each.title} for each in found(find_project(project))],
    )


def _one(word: str, allowed: Sequence[str], what: str) -> str:
    if word not in allowed:
        step = did_you_mean_or(word, allowed, lead="allowed:")
        raise UsageError(f"{word!r} is not a {what}", next_step=step)
    return word


def _give(screen: Screen, what: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """The rows as a table, as lines of columns in a pipe, or as JSON."""
    if rows:
        headings = list(rows[0])
        screen.columns(headings, [["" if each[key] is None else str(each[key]) for key in headings] for each in rows])
    elif not screen.json:
        screen.say("nothing matches")
    screen.give({what: rows})
