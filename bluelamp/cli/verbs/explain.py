"""`bluelamp explain`."""

from typing import Annotated, Any

import typer
from rich.markup import escape

from bluelamp.cli.options import Form, Quiet
from bluelamp.cli.screen import Format, Screen
from bluelamp.errors import UsageError
from infra.problems import did_you_mean
from policies import Rule, rules


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("explain")(explain)


def explain(
    thing: Annotated[str, typer.Argument(metavar="ID", help="A rule's id, a control's id, or TYPE[.PROPERTY].")],
    form: Form = Format.TEXT,
    quiet: Quiet = False,
) -> None:
    """Say what a rule asks and why, which rules answer to a control, or what a resource's property is.

    Examples: `bluelamp explain BL-NET-001` · `bluelamp explain B3.b` ·
    `bluelamp explain azure-native:network:Subnet.addressPrefix`
    """
    screen = Screen(form, quiet=quiet)
    known = {rule.id.casefold(): rule for rule in rules()}
    rule = known.get(thing.casefold())
    if rule is not None:
        _rule(screen, rule)
        return
    answering = [
        rule for rule in known.values() if any(control.id.casefold() == thing.casefold() for control in rule.controls)
    ]
    if answering:
        _control(screen, thing, answering)
        return
    if ":" in thing:
        _property(screen, thing)
        return
    controls = {control.id for rule in known.values() for control in rule.controls}
    raise UsageError(
        f"{thing!r} is no rule, no control that a rule answers to, and no resource type",
        next_step=did_you_mean(thing, [*(rule.id for rule in known.values()), *controls])
        or "bluelamp explain BL-NET-001",
    )


def _rule(screen: Screen, rule: Rule) -> None:
    screen.show(f"[bold]{rule.id}[/bold] {escape(rule.title)}")
    screen.show(f"{rule.severity}, {rule.enforcement}, {rule.area}\n")
    screen.show(f"{escape(rule.rationale.strip())}\n")
    screen.show("[bold]Controls[/bold]")
    for control in rule.controls:
        screen.show(f"  {escape(str(control))}")
    screen.show("\n[bold]Looks at[/bold]")
    for type_, paths in rule.at.items():
        screen.show(f"  {escape(type_)} {escape(', '.join(path for path in paths if path))}")
    screen.show(f"\n[bold]To mend it[/bold]\n{escape(rule.fix.strip())}\n")
    screen.show(escape(rule.example.rstrip()))
    screen.give(
        {
            "id": rule.id,
            "title": rule.title,
            "severity": rule.severity,
            "enforcement": rule.enforcement,
            "area": rule.area,
            "rationale": rule.rationale,
            "controls": [str(control) for control in rule.controls],
            "fix": rule.fix,
            "example": rule.example,
        }
    )


def _control(screen: Screen, thing: str, answering: list[Rule]) -> None:
    screen.show(f"[bold]{escape(thing)}[/bold] is answered to by")
    for rule in answering:
        named = ", ".join(str(control) for control in rule.controls if control.id.casefold() == thing.casefold())
        screen.show(f"  [bold]{rule.id}[/bold] {escape(rule.title)} ({escape(named)})")
    screen.give({"control": thing, "rules": [rule.id for rule in answering]})


def _property(screen: Screen, thing: str) -> None:
    from bluelamp.rehearsal.sdk.schema import Catalogue, UnknownToken, installed_packages

    token, _, path = thing.partition(".") if "/" not in thing else (thing, "", "")
    package = token.partition(":")[0]
    if package not in installed_packages():
        raise UsageError(
            f"no installed package is called {package!r}", next_step=did_you_mean(package, installed_packages())
        )
    try:
        shape = Catalogue(package).resource(token)
    except UnknownToken as error:
        raise UsageError(str(error)) from error
    properties: Any = shape.inputs.properties
    if not path:
        screen.show(f"[bold]{token}[/bold]" + (f" (API version {shape.api_version})" if shape.api_version else ""))
        for name, one in sorted(properties.items()):
            screen.show(f"  [bold]{name}[/bold]{' (required)' if one.required else ''} {escape(one.description)}")
    elif path not in properties:
        raise UsageError(f"{token} has no input {path!r}", next_step=did_you_mean(path, properties))
    else:
        one = properties[path]
        screen.show(f"[bold]{token}.{path}[/bold]{' (required)' if one.required else ''}: {escape(one.description)}")
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
