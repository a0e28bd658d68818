"""`bluelamp render`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bluelamp.cli.options import ArmTypes, Form, Project, Quiet
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.errors import EngineError, UsageError
from bluelamp.folders import project as find_project

if TYPE_CHECKING:
    from bluelamp.planning import Plan
    from bluelamp.render import Rendered


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("render")(render)


def render(
    force: Annotated[str, typer.Argument(metavar="FORCE", help="A force by its name in stacks/forces.yaml.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="DIR", help="Where to write; by default rendered/FORCE.")
    ] = None,
    diagram_only: Annotated[bool, typer.Option("--diagram-only", help="Only the picture of the estate.")] = False,
    manifests_only: Annotated[bool, typer.Option("--manifests-only", help="Only the Kubernetes manifests.")] = False,
    arm_types: ArmTypes = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Write a force's Kubernetes manifests, without any secret, and a diagram of its estate as SVG. From the plan: no
    engine, no login.

    Examples: `bluelamp render west-midlands` · `bluelamp render essex --diagram-only --out /tmp/essex`
    """
    if diagram_only and manifests_only:
        raise UsageError("--diagram-only and --manifests-only leave nothing to write", next_step="give one of them")
    from bluelamp.infra.register import read_register
    from bluelamp.render import manifests, prepare, write

    screen, root = Screen(form, quiet=quiet), find_project(project)
    entry = read_register(root).entry(force)
    folder = out or Path("rendered") / entry.slug
    prepare(folder)
    with screen.working("planning"):
        plan = _plan(entry.slug, root, arm_types)
    files: dict[str, str] = {}
    rendered = None
    if not manifests_only:
        from bluelamp.render.diagram import diagram
        from bluelamp.render.estate import estate

        files["estate.svg"] = diagram(estate(plan, entry.name))
    if not diagram_only:
        rendered = manifests(plan)
        files |= rendered.files()
    written = write(files, folder, clean="" if diagram_only else "manifests")
    _show(screen, folder, rendered, diagram=not manifests_only)
    screen.give(
        {
            "force": entry.slug,
            "folder": str(folder),
            "files": [str(path) for path in written],
            "unknown": {one.path: list(one.unknown) for one in rendered.manifests if one.unknown} if rendered else {},
            "leftOut": [
                {"cluster": one.cluster, "kind": one.kind, "namespace": one.namespace, "name": one.name}
                | {"reason": one.reason}
                for one in rendered.left_out
            ]
            if rendered
            else [],
        }
    )


def _plan(slug: str, root: Path, arm_types: Path | None) -> "Plan":
    from bluelamp.planning.attempt import planned

    plan = planned(slug, root, arm_types=arm_types)
    if plan.refused:
        one = plan.refused[0]
        raise EngineError(
            f"{slug} is not rendered: {len(plan.refused)} resources would be refused, the first of them {one.name}: "
            f"{one.failures[0].reason}",
            next_step=f"bluelamp check {slug}",
        )
    return plan


def _show(screen: Screen, folder: Path, rendered: "Rendered | None", *, diagram: bool) -> None:
    if diagram:
        screen.show(f"diagram: {escape(str(folder / 'estate.svg'))}")
    if rendered is None:
        return
    if not rendered.clusters:
        screen.show("manifests: none, the force has no Kubernetes clusters")
        return
    for cluster in rendered.clusters:
        mine = [one for one in rendered.manifests if one.path.startswith(f"{cluster}/")]
        unknown = [one for one in mine if one.unknown]
        missing = [one for one in rendered.left_out if one.cluster == cluster]
        said = f"manifests: {escape(str(folder / 'manifests' / cluster))}: {len(mine)}"
        said += f", {len(unknown)} with values not known until deployment" if unknown else ""
        said += f", {len(missing)} left out (left-out.md says why)" if missing else ""
        screen.show(said)
    for one in rendered.manifests:
        for path in one.unknown:
            screen.say(f"[yellow]not known:[/yellow] {escape(one.path)}: {escape(path)}")
