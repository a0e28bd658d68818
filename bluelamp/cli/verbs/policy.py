"""`bluelamp policy`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bluelamp.cli.options import ArmTypes, Form, Project, Quiet
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.core.dates import today
from bluelamp.errors import UsageError
from bluelamp.folders import project as find_project

if TYPE_CHECKING:
    from bluelamp.governance.effective import Effective, Row


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("policy")(policy)


def policy(
    force: Annotated[str, typer.Argument(metavar="FORCE", help="A force by its name in stacks/forces.yaml.")],
    scope: Annotated[
        str | None,
        typer.Option("--scope", metavar="GROUP", help="A management group: its role, name or id."),
    ] = None,
    arm_types: ArmTypes = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Show the Azure policies in force for a force: inheritance, effect, parameters and exemptions, and assignments
    that look effective but are not. From the plan, without an engine or a login.

    Examples: `bluelamp policy west-midlands` · `bluelamp policy west-midlands --scope corp` ·
    `bluelamp policy essex --scope root --format json`
    """
    from bluelamp.governance.effective import effective, everywhere
    from bluelamp.governance.read import governance
    from bluelamp.infra.settings.register import read_register
    from bluelamp.planning.attempt import planned
    from bluelamp.resources import from_plan

    screen, root = Screen(form, quiet=quiet), find_project(project)
    slug = read_register(root).entry(force).slug
    governance(root, slug)  # reports mistakes in the force's baseline, exemptions and approvers
    with screen.working("planning"):
        resources = from_plan(planned(slug, root, arm_types=arm_types))
    day = today()
    views = [effective(resources, scope, day)] if scope else everywhere(resources, day)
    if not views:
        raise UsageError(f"{slug} has no management groups", next_step=f"bluelamp check {slug}")
    if not any(view.rows for view in views):
        screen.show(f"no policy is assigned at the management groups of {escape(slug)}: its profile has none")
    else:
        for view in views:
            _show(screen, view, own_only=scope is None)
    screen.give({"force": slug, "scopes": views})


def _show(screen: Screen, view: "Effective", *, own_only: bool) -> None:
    rows = [row for row in view.rows if not (own_only and row.inherited)]
    above = f" below {escape(' > '.join(view.inherited_from))}" if view.inherited_from else ""
    counted = f"{len(rows)} assigned here, {len(view.rows)} in force" if own_only else f"{len(rows)} in force"
    screen.show(f"[bold]{escape(view.scope)}[/bold] ({escape(view.group)}{above}): {counted}")
    for row in rows:
        _row(screen, row, full=not own_only)
    for name, one in view.missing.items():
        if not own_only or one.scope == view.scope:
            screen.show(
                f"  [yellow]{'not assigned':<17}[/yellow] [bold]{escape(name)}[/bold]"
                + (f" {escape(one.reason)}" if one.reason else "")
            )
    for plan in () if own_only and view.inherited_from else view.defender_off:
        screen.show(f"  [yellow]Defender plan off[/yellow] {escape(plan)}")


def _row(screen: Screen, row: "Row", *, full: bool) -> None:
    colour = "green" if row.enforced and not row.flags else "yellow"
    where = f" [dim]from {escape(row.assigned_at)}[/dim]" if row.inherited else ""
    screen.show(f"  [{colour}]{escape(row.effect):<17}[/{colour}] [bold]{escape(row.name)}[/bold]{where}")
    for flag in row.flags:
        screen.show(f"      [yellow]{escape(flag)}[/yellow]")
    for one in row.exemptions:
        screen.show(
            f"      exempt: {escape(one.scope)} until {escape(one.expires_on)} ({escape(one.category)}, "
            f"{escape(one.id)}, approved by {escape(one.approver)})"
        )
    if full:
        for key, value in row.parameters.items():
            screen.show(f"      [dim]{escape(key)} = {escape(_short(value))}[/dim]")


def _short(value: Any) -> str:
    text = ", ".join(str(each) for each in value) if isinstance(value, (list, tuple)) else str(value)
    return text if len(text) <= 100 else f"{text[:97]}..."
