"""`bluelamp access`."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bluelamp.cli.options import Form, Project, Quiet
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.errors import BluelampError, UsageError, unwritable
from bluelamp.folders import project as find_project

if TYPE_CHECKING:
    from bluelamp.access import Disagreement
    from bluelamp.access.changes import Change
    from bluelamp.core.access import AccessPolicy

_SHOWN = 10
"""The number of differing cells shown; the JSON document lists all."""


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("access")(access)


def access(
    force: Annotated[
        str | None,
        typer.Argument(metavar="[FORCE]", help="A force with an access policy; by default, every policy."),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="REF", help="Show who gains and who loses access since this git revision."),
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option(
            "--export", metavar="DIR", help="Write documents for jobs: ACLs of the lake, masked and open views."
        ),
    ] = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Show who may see which data, for which purpose and from where, and prove that every target agrees.

    The policy is `stacks/FORCE/access.yaml`. It is compiled for Entra ID, the lake and API Management, and an evaluator
    for each reads the compiled resources and decides every cell. Status 1 if any differs.

    Examples: `bluelamp access west-midlands` · `bluelamp access west-midlands --against main` ·
    `bluelamp access west-midlands --export out`
    """
    from bluelamp.core.dates import today
    from bluelamp.infra.force import load
    from bluelamp.infra.settings.access import access_of

    screen, root = Screen(form, quiet=quiet), find_project(project)
    if force is None:
        for option, given in (("--against", against), ("--export", export)):
            if given:
                raise UsageError(f"{option} is for one force", next_step=f"bluelamp access FORCE {option}")
        _policies(screen, root)
        return
    settings = load(force, root=root)
    policy = access_of(settings, root)
    if policy is None:
        raise UsageError(
            f"{force} has no access policy", next_step=f"write stacks/{force}/access.yaml; see docs/access.md"
        )
    day = today()
    changes = _changes(root, force, against, policy, day) if against is not None else ()
    differing = _differing(policy, day, settings.entry.force, settings.code, settings.environment)
    written = _written(export, policy) if export is not None else ()
    if against is None:
        _matrix(screen, policy, day)
    else:
        _show_changes(screen, changes, against)
    for rule, ends in _closing(policy, day):
        ended = ends < day
        colour, what = ("red", "ended") if ended else ("yellow", "ends")
        screen.show(f"[{colour}]access {what}[/{colour}] {escape(rule)}: {ends}")
    for path in written:
        screen.show(f"wrote {escape(path)}")
    count = _count(policy)
    if not differing:
        screen.show(f"{escape(force)}: {count:,} cells; every target agrees with the policy")
    screen.give(_json(force, policy, day, changes, differing, written))
    if differing:
        for each in differing[:_SHOWN]:
            screen.show(f"[red]differs[/red] {escape(each.target)}: {escape(', '.join(each.cell))}")
        raise BluelampError(f"{len(differing)} cells differ between a target and the policy")


def _policies(screen: Screen, root: Path) -> None:
    """The numbers of personas, assets and rules of each policy, and the next end date of a rule."""
    from bluelamp.cli.select import with_stacks
    from bluelamp.core.access import has_access
    from bluelamp.infra.force import load
    from bluelamp.infra.settings.access import access_of

    rows = []
    for force in with_stacks(root):
        if not has_access(root, force):
            continue
        policy = access_of(load(force, root=root), root)
        if policy is not None:
            ends = [day for rule in policy.rules if rule.allows and (day := policy.ends(rule))]
            rows.append(
                {
                    "force": force,
                    "personas": len(policy.personas),
                    "assets": len(policy.assets),
                    "rules": len(policy.rules),
                    "nextEnd": str(min(ends)) if ends else None,
                }
            )
    headings = ("force", "personas", "assets", "rules", "next end")
    keys = ("force", "personas", "assets", "rules", "nextEnd")
    screen.columns(headings, [tuple(str(each[key] or "-") for key in keys) for each in rows])
    screen.give({**_empty_result(None), "policies": rows})


def _differing(policy: "AccessPolicy", day: date, force: str, code: str, environment: str) -> list["Disagreement"]:
    """The cells in which a target differs from the policy."""
    from bluelamp.access import disagreements, made
    from bluelamp.core.access.targets import Compiling, compiled

    return list(disagreements(policy, made(compiled(Compiling(policy, day, force, code, environment))), day))


def _changes(root: Path, force: str, ref: str, policy: "AccessPolicy", day: date) -> Sequence["Change"]:
    from bluelamp.access.changes import changes, policy_at

    return changes(policy_at(root, force, ref), policy, day)


def _matrix(screen: Screen, policy: "AccessPolicy", day: date) -> None:
    """Assets by personas, each with the views that are shown, and then the rules in words."""
    shown = _views(policy, day)
    personas = list(policy.personas)
    rows = [
        (asset, *(", ".join(sorted(shown.get((persona, asset), ()))) or "-" for persona in personas))
        for asset in policy.assets
    ]
    screen.columns(("asset", *personas), rows)
    screen.show("")
    terms = [
        (
            rule.id,
            rule.effect,
            ", ".join(rule.personas),
            ", ".join(rule.assets),
            ", ".join(rule.purposes),
            ", ".join(rule.networks),
            ", ".join(rule.devices),
            rule.mask or "-",
            str(policy.ends(rule) or "-") if rule.allows else "-",
        )
        for rule in policy.rules
    ]
    screen.columns(("rule", "effect", "personas", "assets", "purposes", "networks", "devices", "mask", "until"), terms)


def _views(policy: "AccessPolicy", day: date) -> dict[tuple[str, str], set[str]]:
    from bluelamp.core.access import cells, decide

    found: dict[tuple[str, str], set[str]] = {}
    for cell in cells(policy):
        view = decide(policy, cell, day).view
        if view is not None:
            found.setdefault((cell.persona, cell.asset), set()).add(view)
    return found


def _show_changes(screen: Screen, changes: Iterable["Change"], against: str) -> None:
    changes = list(changes)
    if not changes:
        screen.show(f"nobody gains or loses access since {escape(against)}")
    for each in changes:
        colour = {"gains": "yellow", "loses": "green"}.get(each.what, "cyan")
        where = f"{', '.join(each.networks)}; {', '.join(each.devices)}"
        view = f"{each.before or 'nothing'} -> {each.after or 'nothing'}"
        screen.show(
            f"[{colour}]{each.what}[/{colour}] {escape(each.persona)}: {escape(each.asset)} for "
            f"{escape(', '.join(each.purposes))} ({escape(where)}): {escape(view)}"
        )


def _closing(policy: "AccessPolicy", day: date) -> list[tuple[str, date]]:
    from bluelamp.core.access import closing

    return [(rule.id, ends) for rule, ends in closing(policy, day)]


def _count(policy: "AccessPolicy") -> int:
    total = 1
    for axis in policy.axes:
        total *= len(axis)
    return total


def _written(folder: Path, policy: "AccessPolicy") -> Sequence[str]:
    """Writes the documents that jobs apply, and returns their names."""
    from bluelamp.core.access.targets import acls, views
    from bluelamp.core.files import replace

    documents = {"lake-acls.json": acls(policy), "views.json": views(policy)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, document in documents.items():
            replace(folder / name, json.dumps(document, indent=1) + "\n")
    except OSError as error:
        raise unwritable(folder, error) from None
    return [str(folder / name) for name in documents]


def _json(
    force: str,
    policy: "AccessPolicy",
    day: date,
    changes: Iterable["Change"],
    differing: Iterable["Disagreement"],
    written: Sequence[str],
) -> dict[str, Any]:
    from bluelamp.core.access import cells, decide

    allowed = [(cell, decide(policy, cell, day)) for cell in cells(policy)]
    return {
        **_empty_result(force),
        "day": str(day),
        "cells": _count(policy),
        "allowed": [
            {**cell._asdict(), "view": decision.view, "rule": decision.rule}
            for cell, decision in allowed
            if decision.view is not None
        ],
        "closing": [{"rule": rule, "ends": str(ends)} for rule, ends in _closing(policy, day)],
        "changes": [each.as_result() for each in changes],
        "differing": [{**each.cell._asdict(), "target": each.target} for each in differing],
        "written": list(written),
    }


def _empty_result(force: str | None) -> dict[str, Any]:
    empty: dict[str, Any] = {key: [] for key in ("policies", "allowed", "closing", "changes", "differing", "written")}
    return {"force": force, "day": None, "cells": 0, **empty}
