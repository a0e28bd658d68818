"""`bluelamp explain`."""

import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from bluelamp.cli.options import Form, Project, Quiet
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.core.problems import SettingsError
from bluelamp.core.suggestions import did_you_mean
from bluelamp.errors import BluelampError, UsageError
from bluelamp.folders import project as find_project
from bluelamp.policies import Control, Rule, rules
from bluelamp.policies.catalogues import Extent, catalogue_of, catalogues, rules_by_control
from bluelamp.reports.words import some

if TYPE_CHECKING:
    from bluelamp.reports.statements import StatementRecord

_EXTENTS: Final = {
    Extent.ASSESSED: "rules assess all of it",
    Extent.PARTLY: "rules assess part of it",
    Extent.NOT_ASSESSABLE: "not assessable from infrastructure",
}


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("explain")(explain)


def explain(
    thing: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A rule, a control or group of controls, a framework, a module, a setting, TYPE[.PROPERTY], or a "
            "force.",
        ),
    ],
    resource: Annotated[
        str | None, typer.Argument(metavar="URN", help="With a force: a resource, by its URN or its logical name.")
    ] = None,
    path: Annotated[
        str | None, typer.Argument(metavar="PROPERTY", help="With a resource: the property to explain.")
    ] = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Explain a rule, a control, a framework, a module, a setting or a resource type; for a force's resource, its
    verdicts, or which settings, defaults or code set a property.

    Examples: `bluelamp explain BL-NET-001` · `bluelamp explain B3.b` · `bluelamp explain B4` ·
    `bluelamp explain cyber-essentials` · `bluelamp explain azure/hub` · `bluelamp explain azure.hub.firewall.tier` ·
    `bluelamp explain azure-native:network:Subnet.addressPrefix` ·
    `bluelamp explain essex hub-firewall threatIntelMode`
    """
    screen = Screen(form, quiet=quiet)
    if resource is not None:
        from bluelamp.cli.explain_resource import explain_resource
        from bluelamp.infra.settings.register import read_register

        root = find_project(project)
        explain_resource(screen, root, read_register(root).entry(thing).slug, resource, path)
        return
    known = {rule.id.casefold(): rule for rule in rules()}
    rule = known.get(thing.casefold())
    controls = _controls(thing)
    if rule is not None:
        _rule(screen, rule)
    elif controls:
        _control(screen, thing, controls, project)
    elif not _framework(screen, thing) and not _module(screen, thing, project) and not _setting(screen, thing, project):
        if ":" not in thing or thing.startswith("bluelamp:"):
            raise _unknown_topic(thing, [rule.id for rule in known.values()], project)
        _property(screen, thing)


def _framework(screen: Screen, thing: str) -> bool:
    from bluelamp.cli import explain_framework as of

    chosen = [(each, list(each.controls)) for each in of.named(thing)] or of.group(thing)
    if chosen:
        of.show(screen, thing, chosen)
    return bool(chosen)


def _module(screen: Screen, thing: str, project: Path | None) -> bool:
    from bluelamp.cli import explain_module as of

    with suppress(UsageError):  # outside a project there are no modules to read
        found = of.named(thing, find_project(project))
        if found:
            of.show(screen, found)
            return True
    return False


def _setting(screen: Screen, thing: str, project: Path | None) -> bool:
    from bluelamp.cli import explain_setting as of

    setting = of.named(thing)
    if setting is not None:
        of.show(screen, setting, find_project(project))
    return setting is not None


def _unknown_topic(thing: str, every: list[str], project: Path | None) -> UsageError:
    from bluelamp.cli.explain_framework import editions, groups
    from bluelamp.cli.explain_module import words
    from bluelamp.cli.settings_index import canonical, settings
    from bluelamp.infra.settings.register import read_register

    forces: Iterable[str] = ()
    with suppress(BluelampError, SettingsError):
        forces = (register := read_register(find_project(project))).forces
        if register.knows(thing):
            step = f"bluelamp explain {thing} RESOURCE, or: bluelamp check {thing}"
            return UsageError(f"{thing} is a force, and RESOURCE is missing", next_step=step)
    ids = {id_ for catalogue in catalogues() for id_ in catalogue.controls}
    modules: list[str] = []
    with suppress(BluelampError):
        modules = words(find_project(project))
    frameworks = [each.name for each in editions()]
    step = did_you_mean(thing, [*every, *ids, *groups(), *frameworks, *modules, *forces])
    if not step or "." in thing:
        step = did_you_mean(canonical(thing), settings()) or step
    return UsageError(
        f"{thing!r} is not a rule, control, framework, module, setting, resource type or force",
        next_step=step or "bluelamp list rules, or: bluelamp list frameworks",
    )


def _rule(screen: Screen, rule: Rule) -> None:
    screen.show(f"[bold]{rule.id}[/bold] {escape(rule.title)}")
    screen.show(f"{rule.severity}, {rule.enforcement}, {rule.area}, declared in {escape(rule.source)}")
    if rule.forces:
        screen.show(f"Only for: {escape(', '.join(rule.forces))}")
    screen.show(f"Failure message: {escape(rule.failure)}\n")
    screen.text(f"{rule.rationale.strip()}\n")
    screen.show("[bold]Controls[/bold]")
    for control in sorted(rule.controls, key=_order):
        screen.show(f"  {escape(str(control))}")
    screen.show("\n[bold]Checks[/bold]")
    for type_, paths in rule.at.items():
        text = f"{type_} {', '.join(path for path in paths if path)}"
        screen.show(f"  {escape(text.rstrip())}")
    if rule.parameters:
        screen.show("\n[bold]Parameters[/bold], with the changes that a stricter baseline may make")
    for name, value in rule.parameters.items():
        text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
        way = rule.tighter.get(name, "cannot be changed")
        screen.show(f"  [bold]{name}[/bold]: {escape(text) or 'none'} ({escape(way)})")
    screen.show("\n[bold]Fix[/bold]")
    screen.text(f"{rule.fix.strip()}\n\n{rule.example.rstrip()}")
    screen.give(
        {
            "id": rule.id,
            "title": rule.title,
            "failure": rule.failure,
            "severity": rule.severity,
            "enforcement": rule.enforcement,
            "area": rule.area,
            "rationale": rule.rationale,
            "controls": [str(control) for control in rule.controls],
            "parameters": {
                name: {"value": value, "tighter": rule.tighter.get(name, "")} for name, value in rule.parameters.items()
            },
            "fix": rule.fix,
            "example": rule.example,
        }
    )


def _order(control: Control) -> tuple[str, str, list[tuple[int, str]]]:
    """Sorts controls by framework and edition, then by id, numbers in it by their value."""
    parts = re.split(r"(\d+)", control.id)
    return control.framework, control.edition, [(int(each), "") if each.isdigit() else (-1, each) for each in parts]


def _controls(thing: str) -> dict[Control, list[Rule]]:
    """The controls of this name in every framework, each with the rules mapped to it."""
    found: dict[Control, list[Rule]] = {
        Control(catalogue.framework, catalogue.edition, id_): []
        for catalogue in catalogues()
        for id_ in catalogue.controls
        if id_.casefold() == _bare(thing, catalogue.framework)
    }
    mapped = rules_by_control(rules())
    return found | {each: mapped[each] for each in mapped if each.id.casefold() == _bare(thing, each.framework)}


def _bare(thing: str, framework: str) -> str:
    """The id of a control as its catalogue has it: ISO's are written with and without the letter of the annex."""
    return thing.casefold().removeprefix("a.") if "Annex A" in framework else thing.casefold()


def _control(screen: Screen, thing: str, controls: dict[Control, list[Rule]], project: Path | None) -> None:
    from bluelamp.cli.verbs.evidence import show

    given = []
    evidence = _evidence(project)
    shown: dict[tuple[str, str, tuple[str, ...]], Control] = {}
    for control, answering in sorted(controls.items(), key=lambda each: _edition(each[0]), reverse=True):
        title, extent, why = "", Extent.PARTLY, ""
        with suppress(KeyError):
            row = catalogue_of(control).row(control)
            title, extent, why = row.title, row.extent, row.why
        screen.show(f"[bold]{escape(str(control))}[/bold] {escape(title)}")
        screen.show(f"  {_EXTENTS[extent]}{f': {escape(why)}' if why else ''}")
        stated = [(force, each) for force, each in evidence if control in each.controls]
        if stated:
            screen.show("  Evidence: statements, which no rule checks")
        for force, each in stated:
            show(screen, force, each, indent="    ")
        same = (control.framework, control.id, tuple(rule.id for rule in answering))
        if answering and same in shown:
            screen.show(f"  {some(len(answering), 'rule')}, the same as in {escape(shown[same].edition)}")
        else:
            shown[same] = control
            for rule in answering:
                screen.show(f"  [bold]{rule.id}[/bold] {escape(rule.title)}")
        given.append(
            {
                "framework": control.framework,
                "edition": control.edition,
                "id": control.id,
                "title": title,
                "extent": extent,
                "why": why,
                "rules": [rule.id for rule in answering],
                "statements": [{"force": force, **each.as_dict()} for force, each in stated],
            }
        )
    every = sorted({rule.id for answering in controls.values() for rule in answering})
    screen.give({"control": thing, "controls": given, "rules": every})


def _edition(control: Control) -> tuple[str, list[tuple[int, str]]]:
    """Sorts the editions of a framework, the oldest first."""
    parts = re.split(r"(\d+)", control.edition)
    return control.framework, [(int(part), "") if part.isdigit() else (-1, part) for part in parts]


def _evidence(project: Path | None) -> "list[tuple[str, StatementRecord]]":
    """The statements of every force of the project; none outside one. Raises `SettingsError` for wrong files."""
    from bluelamp.core.dates import today
    from bluelamp.reports.statements.reading import statements

    try:
        root = find_project(project)
    except UsageError:
        return []
    folders = sorted(path.parent.name for path in (root / "stacks").glob("*/evidence"))
    return [(force, each) for force in folders for each in statements(root, force, today())]


def _property(screen: Screen, thing: str) -> None:
    from bluelamp.rehearsal.sdk.schema import Catalogue, UnknownToken, installed_packages

    token, _, path = thing.partition(".") if "/" not in thing else (thing, "", "")
    package = token.partition(":")[0]
    if package not in installed_packages():
        raise UsageError(
            f"there is no installed package {package!r}", next_step=did_you_mean(package, installed_packages())
        )
    try:
        shape = Catalogue(package).resource(token)
    except UnknownToken as error:
        raise UsageError(str(error)) from error
    properties: Any = shape.inputs.properties
    if not path:
        screen.show(
            f"[bold]{escape(token)}[/bold]"
            + (f" (API version {escape(shape.api_version)})" if shape.api_version else "")
        )
        for name, one in sorted(properties.items()):
            screen.show(
                f"  [bold]{escape(name)}[/bold]{' (required)' if one.required else ''} {escape(one.description)}"
            )
    elif path not in properties:
        raise UsageError(f"{token} has no input {path!r}", next_step=did_you_mean(path, properties))
    else:
        one = properties[path]
        required = " (required)" if one.required else ""
        screen.show(f"[bold]{escape(f'{token}.{path}')}[/bold]{required}: {escape(one.description)}")
    screen.give(
        {
            "type": token,
            "properties": {
                n: {"required": p.required, "description": p.description}
                for n, p in properties.items()
                if not path or n == path
            },
        }
    )
