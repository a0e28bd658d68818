"""Output of `bluelamp explain FORCE URN [PROPERTY]`."""

import gc
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from bluelamp.cli.explain_origin import sentences
from bluelamp.cli.screen import Screen, escape
from bluelamp.core.suggestions import did_you_mean
from bluelamp.errors import EngineError, UsageError
from bluelamp.policies import Verdict
from bluelamp.reports.words import requirement, says_more, value

if TYPE_CHECKING:
    from bluelamp.infra.force import Force
    from bluelamp.planning import Plan, PlannedResource
    from bluelamp.planning.single_resource import Declared
    from bluelamp.reports import Finding

_Made = TypeVar("_Made", "PlannedResource", "Declared")


def explain_resource(screen: Screen, root: Path, slug: str, named: str, path: str | None) -> None:
    """Shows a force's resource and its verdicts, or the origin of one of its property values."""
    from bluelamp.infra.force import load
    from bluelamp.planning import plan_force
    from bluelamp.planning.attempt import engine_errors

    if path is not None:
        _show_property(screen, root, load(slug, root=root), named, path)
        return
    with screen.working("planning"), engine_errors(slug, root):
        plan = plan_force(slug, root)
    _show(screen, root, plan, _resource(plan.resources, named, slug))


def _resource(resources: Sequence[_Made], named: str, slug: str) -> _Made:
    """The resource with this URN, logical name, or end of a URN."""
    ways = (
        [each for each in resources if each.urn == named],
        [each for each in resources if each.name == named and each.custom],
        [each for each in resources if each.urn.endswith(f"::{named}") or each.urn.endswith(f"${named}")],
    )
    found = next((way for way in ways if way), [])
    if len(found) > 1:
        raise UsageError(
            f"{named!r} could be {len(found)} resources of {slug}", next_step=f"for example {found[0].urn!r}"
        )
    if not found:
        names = [each.name for each in resources]
        step = did_you_mean(named.rpartition("::")[2], names) or f"bluelamp check {slug} names what it judges"
        raise UsageError(f"{slug} has no resource {named!r}", next_step=step)
    return found[0]


def _show(screen: Screen, root: Path, plan: "Plan", resource: "PlannedResource") -> None:
    from bluelamp.fleet.judge import judge_plan

    with screen.working("judging"):
        report = judge_plan(plan, root)
    component, folder = _made_by(plan.resources, resource)
    findings = [finding for finding in report.findings if finding.urn == resource.urn]
    _head(screen, resource, component, folder)
    if resource.protect:
        screen.show("protected: the engine refuses to delete it")
    applicable = [finding for finding in findings if finding.verdict is not Verdict.NOT_APPLICABLE]
    screen.show(f"\n[bold]Judged[/bold] by {len(findings)} rules" + ("" if findings else ": none is about it"))
    for finding in applicable:
        screen.show(f"  {_verdict(finding)}")
    if len(findings) > len(applicable):
        screen.show(f"  [dim]{len(findings) - len(applicable)} do not apply[/dim]")
    names = sorted(resource.inputs)
    if names:
        screen.show(f"\n[bold]Properties[/bold] {escape(', '.join(names))}")
        command = escape(f"bluelamp explain {plan.stack} {resource.name} {names[0]}")
        screen.show(f"[dim]{command} shows the origin of a property[/dim]")
    screen.give(
        {
            **_about(resource, component, folder),
            "protect": resource.protect,
            "properties": names,
            "findings": [{**finding.as_dict(), "title": finding.heading} for finding in findings],
        }
    )


def _show_property(screen: Screen, root: Path, force: "Force", named: str, path: str) -> None:
    from bluelamp.origins import trace
    from bluelamp.origins.code import argument
    from bluelamp.paths import parse
    from bluelamp.planning.attempt import engine_errors
    from bluelamp.planning.single_resource import declared_resources, plan_force_resource

    # The process ends after this: garbage collection between the runs would double their time. Each leaves 2 to
    # 5 MB, and their number is limited.
    gc.disable()
    try:
        steps = parse(path)
    except ValueError as error:
        raise UsageError(str(error), next_step="for example location, or sku.tier") from None
    with screen.working("running the program"), engine_errors(force.slug, root):
        made = declared_resources(force, root)
        one = _resource(made, named, force.slug)
        resource = plan_force_resource(force, one.urn, root).resource
    if resource is None:
        raise EngineError(
            f"{force.slug}: {one.name} cannot be planned alone", next_step=f"bluelamp explain {force.slug} {one.name}"
        )
    _known(resource, steps)
    with screen.progress() as progress:
        task = progress.add_task("trying settings", total=None)

        def on_step(setting: str) -> None:
            progress.update(task, description=f"trying {setting}", advance=1)

        origin = trace(force, resource, steps, root, progress=on_step)
    component, folder = _made_by(made, one)
    code = ""
    if origin.code:
        file, line = argument(origin.code[0], steps)
        code = f"{file.relative_to(root).as_posix()}:{line}"
    _head(screen, one, component, folder)
    screen.show(f"\n[bold]{escape(path)}[/bold] is {escape(value(origin.value))}")
    for line_ in sentences(origin, code):
        screen.show(line_)
    screen.give(
        {**_about(one, component, folder), "property": path, "origin": {**origin.as_dict(), "code": code or None}}
    )


def _known(resource: "PlannedResource", steps: Sequence[str | int]) -> None:
    """Raises `UsageError` if neither the plan nor the type's schema has the property."""
    from bluelamp.rehearsal.sdk.schema import Catalogue, UnknownToken, installed_packages

    first = str(steps[0])
    known = {*resource.inputs, *resource.outputs}
    if first in known:
        return
    package = resource.type.partition(":")[0]
    if package in installed_packages():
        with suppress(UnknownToken):
            known |= set(Catalogue(package).resource(resource.type).inputs.properties)
    if first not in known:
        step = did_you_mean(first, known) or f"bluelamp explain {resource.type} lists them"
        raise UsageError(f"{resource.name} has no property {first!r}", next_step=step)


def _made_by(resources: Sequence[_Made], resource: _Made) -> tuple[_Made | None, str]:
    from bluelamp.origins.code import CODE, component_of, folder_of

    component = component_of(resource, {each.urn: each for each in resources})
    return component, folder_of(component, CODE) if component else ""


def _head(screen: Screen, resource: _Made, component: _Made | None, folder: str) -> None:
    screen.show(f"[bold]{escape(resource.name)}[/bold] {escape(resource.type)}")
    screen.show(f"[dim]{escape(resource.urn)}[/dim]")
    if component is not None:
        screen.show(f"made by the component {escape(component.name)} ({escape(component.type)}), {escape(folder)}")


def _about(resource: _Made, component: _Made | None, folder: str) -> dict[str, Any]:
    return {
        "urn": resource.urn,
        "type": resource.type,
        "name": resource.name,
        "component": {"name": component.name, "type": component.type, "folder": folder} if component else None,
    }


def _verdict(finding: "Finding") -> str:
    colours = {Verdict.PASS: "green", Verdict.FAIL: "red", Verdict.ERROR: "magenta"}
    colour = colours.get(finding.verdict, "yellow")
    text = f"[{colour}]{finding.verdict:<7}[/{colour}] [bold]{finding.rule.id}[/bold] {escape(finding.heading)}"
    if finding.verdict is Verdict.FAIL:
        expected = escape(requirement(finding.expected))
        text += f": {escape(finding.path)} is {escape(value(finding.observed))}, not {expected}"
    elif says_more(finding):
        text += f": {escape(finding.message)}"
    return text
