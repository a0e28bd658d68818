"""What `bluelamp explain FORCE URN [PROPERTY]` shows."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluelamp.cli.screen import Screen, escape
from bluelamp.core.problems import SettingsError, did_you_mean
from bluelamp.errors import BluelampError, EngineError, UsageError
from bluelamp.policies import Verdict
from bluelamp.reports.words import asked, says_more, value

if TYPE_CHECKING:
    from bluelamp.infra.force import Force
    from bluelamp.origins import Origin
    from bluelamp.planning import Plan, PlannedResource
    from bluelamp.reports import Finding


def explain_resource(screen: Screen, root: Path, slug: str, named: str, path: str | None) -> None:
    """Say what a force's resource is and how it is judged, or what gave one of its properties its value."""
    from bluelamp.infra.force import load

    force = load(slug, root=root)
    with screen.working("planning"):
        plan = _planned(force, root)
    resource = _resource(plan, named, slug)
    if path is None:
        _show(screen, root, plan, resource)
    else:
        _show_property(screen, root, force, plan, resource, path)


def _planned(force: "Force", root: Path) -> "Plan":
    from bluelamp.planning import plan_settings

    try:
        return plan_settings(force, root)
    except (SettingsError, BluelampError):
        raise
    except Exception as error:
        # Whatever the program raises is its own failure: told by name, the traceback is for `pulumi preview`.
        raise EngineError(
            f"{force.slug}: the program failed: {type(error).__name__}: {error}",
            next_step=f"bluelamp check {force.slug}",
        ) from error


def _resource(plan: "Plan", named: str, slug: str) -> "PlannedResource":
    """By its URN, by its logical name, or by the end of its URN."""
    ways = (
        [each for each in plan.resources if each.urn == named],
        [each for each in plan.resources if each.name == named and each.custom],
        [each for each in plan.resources if each.urn.endswith(f"::{named}") or each.urn.endswith(f"${named}")],
    )
    found = next((way for way in ways if way), [])
    if len(found) > 1:
        raise UsageError(
            f"{named!r} could be {len(found)} resources of {slug}", next_step=f"for example {found[0].urn!r}"
        )
    if not found:
        names = [each.name for each in plan.resources]
        step = did_you_mean(named.rpartition("::")[2], names) or f"bluelamp check {slug} names what it judges"
        raise UsageError(f"{slug} has no resource {named!r}", next_step=step)
    return found[0]


def _show(screen: Screen, root: Path, plan: "Plan", resource: "PlannedResource") -> None:
    from bluelamp.fleet.judge import judge_plan

    with screen.working("judging"):
        report = judge_plan(plan, root)
    component, folder = _made_by(plan, resource)
    findings = [finding for finding in report.findings if finding.urn == resource.urn]
    _head(screen, resource, component, folder)
    told = [finding for finding in findings if finding.verdict is not Verdict.NOT_APPLICABLE]
    screen.show(f"\n[bold]Judged[/bold] by {len(findings)} rules" + ("" if findings else ": none is about it"))
    for finding in told:
        screen.show(f"  {_verdict(finding)}")
    if len(findings) > len(told):
        screen.show(f"  [dim]{len(findings) - len(told)} have nothing to ask of it[/dim]")
    names = sorted(resource.inputs)
    if names:
        screen.show(f"\n[bold]Properties[/bold] {escape(', '.join(names))}")
        command = escape(f"bluelamp explain {plan.stack} {resource.name} {names[0]}")
        screen.show(f"[dim]{command} says where one comes from[/dim]")
    screen.give(
        {
            **_about(resource, component, folder),
            "properties": names,
            "findings": [{**finding.as_dict(), "title": finding.heading} for finding in findings],
        }
    )


def _show_property(
    screen: Screen, root: Path, force: "Force", plan: "Plan", resource: "PlannedResource", path: str
) -> None:
    from bluelamp.origins import Kind, trace
    from bluelamp.origins.code import CODE, mentions
    from bluelamp.paths import parse

    try:
        steps = parse(path)
    except ValueError as error:
        raise UsageError(
            str(error), next_step=f"for example {next(iter(sorted(resource.inputs)), 'location')}"
        ) from None
    known = {*resource.inputs, *resource.outputs}
    if str(steps[0]) not in known and (close := did_you_mean(str(steps[0]), known)):
        raise UsageError(f"{resource.name} has no property {str(steps[0])!r}", next_step=close)
    with screen.progress() as progress:
        task = progress.add_task("trying settings", total=None)

        def hear(setting: str) -> None:
            progress.update(task, description=f"trying {setting}", advance=1)

        origin = trace(force, plan, resource.urn, steps, root, hear=hear)
    component, folder = _made_by(plan, resource)
    last = next((step for step in reversed(steps) if isinstance(step, str)), "")
    seen = mentions(folder, last, CODE) if folder and origin.kind is Kind.CODE else []
    _head(screen, resource, component, folder)
    screen.show(f"\n[bold]{escape(path)}[/bold] is {escape(value(origin.value))}")
    for line in _sentences(origin, folder, seen):
        screen.show(line)
    screen.give({**_about(resource, component, folder), "property": path, "origin": origin.as_dict(), "mentions": seen})


def _sentences(origin: "Origin", folder: str, seen: Sequence[str]) -> list[str]:
    from bluelamp.origins import Kind

    module = f"the code of {escape(folder)}" if folder else "the program's code"
    untried = f"; {origin.untried} more could not be tried" if origin.untried else ""
    match origin.kind:
        case Kind.SETTING | Kind.DEFAULT:
            return [line for each in origin.settings for line in _influence(each)]
        case Kind.CODE:
            said = [
                f"It is fixed by {module}, or by the SDK that it uses: changing {origin.tried} settings, "
                f"alone or together, left it as it is{untried}."
            ]
            return said + ([f"  The property is named in {escape(', '.join(seen))}"] if seen else [])
        case Kind.PROVIDER:
            return ["The provider fills it in: the program does not say it."]
        case Kind.CLOUD:
            made = [escape(urn.rpartition("::")[2]) for urn in origin.references]
            whence = f", from what it gives for {', '.join(made)}" if made else ""
            return [f"The cloud works it out on deployment{whence}."]
        case Kind.NOTHING:
            return ["Nothing sets it: the service's own default holds."]


def _influence(each: Any) -> list[str]:
    where = f"{each.file}:{each.line}" if each.line else each.file
    if each.written:
        first = f"It follows the setting [bold]{escape(each.path)}[/bold], which is {escape(value(each.value))}"
        first += f" in {escape(where)}."
    else:
        first = f"It follows the setting [bold]{escape(each.path)}[/bold], which nobody wrote: by default it is "
        first += f"{escape(value(each.value))} ({escape(where)})."
    return [first, f"  [dim]with {escape(value(each.tried))} it would be {escape(value(each.became))}[/dim]"]


def _made_by(plan: "Plan", resource: "PlannedResource") -> "tuple[PlannedResource | None, str]":
    from bluelamp.origins.code import CODE, component_of, folder_of

    component = component_of(resource, {each.urn: each for each in plan.resources})
    return component, folder_of(component, CODE) if component else ""


def _head(screen: Screen, resource: "PlannedResource", component: "PlannedResource | None", folder: str) -> None:
    screen.show(f"[bold]{escape(resource.name)}[/bold] {escape(resource.type)}")
    screen.show(f"[dim]{escape(resource.urn)}[/dim]")
    if component is not None:
        screen.show(f"made by the component {escape(component.name)} ({escape(component.type)}), {escape(folder)}")
    if resource.protect:
        screen.show("protected: the engine refuses to delete it")


def _about(resource: "PlannedResource", component: "PlannedResource | None", folder: str) -> dict[str, Any]:
    return {
        "urn": resource.urn,
        "type": resource.type,
        "name": resource.name,
        "protect": resource.protect,
        "component": {"name": component.name, "type": component.type, "folder": folder} if component else None,
    }


def _verdict(finding: "Finding") -> str:
    colours = {Verdict.PASS: "green", Verdict.FAIL: "red", Verdict.ERROR: "magenta"}
    colour = colours.get(finding.verdict, "yellow")
    said = f"[{colour}]{finding.verdict:<7}[/{colour}] [bold]{finding.rule.id}[/bold] {escape(finding.heading)}"
    if finding.verdict is Verdict.FAIL:
        said += f": {escape(finding.path)} is {escape(value(finding.observed))}, not {escape(asked(finding.expected))}"
    elif says_more(finding):
        said += f": {escape(finding.message)}"
    return said
