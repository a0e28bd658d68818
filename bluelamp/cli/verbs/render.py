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
    force: Annotated[
        str | None, typer.Argument(metavar="FORCE", help="A force by its name in stacks/forces.yaml.")
    ] = None,
    pipelines: Annotated[
        str | None,
        typer.Option(
            "--pipelines", metavar="HOST", help="Instead of a force: the pipelines for github, azure or gitlab."
        ),
    ] = None,
    operator: Annotated[
        bool,
        typer.Option(
            "--operator",
            help="Instead of manifests: the objects with which the Pulumi Kubernetes Operator deploys the forces in "
            "stacks/operator.yaml, or FORCE alone.",
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            "--output",
            metavar="DIR",
            help="The output folder; by default rendered/FORCE, with --operator rendered/operator, and with "
            "--pipelines the project's folder.",
        ),
    ] = None,
    branch: Annotated[
        str | None,
        typer.Option("--branch", metavar="B", help="With --pipelines: the branch to deploy; by default main."),
    ] = None,
    install: Annotated[
        str | None,
        typer.Option("--install", metavar="COMMAND", help="With --pipelines: the shell command that makes .venv."),
    ] = None,
    replace: Annotated[bool, typer.Option("--force", help="With --pipelines: also replace edited files.")] = False,
    diagram_only: Annotated[bool, typer.Option("--diagram-only", help="Only the diagram of the estate.")] = False,
    manifests_only: Annotated[bool, typer.Option("--manifests-only", help="Only the Kubernetes manifests.")] = False,
    arm_types: ArmTypes = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Write a force's Kubernetes manifests, without secrets, and an SVG diagram of its estate, from the plan, without
    an engine or a login; or pipelines for a code host, or objects for the Pulumi Kubernetes Operator.

    Examples: `bluelamp render west-midlands` · `bluelamp render essex --diagram-only --out /tmp/essex` ·
    `bluelamp render --pipelines github` · `bluelamp render --operator`
    """
    _refuse_combinations(
        force, pipelines, operator=operator, plan_options=bool(diagram_only or manifests_only or arm_types)
    )
    if pipelines is None and (branch is not None or install is not None or replace):
        raise UsageError("--branch, --install and --force belong to --pipelines", next_step="add --pipelines HOST")
    if diagram_only and manifests_only:
        raise UsageError("--diagram-only and --manifests-only leave nothing to write", next_step="give one of them")
    screen, root = Screen(form, quiet=quiet), find_project(project)
    if pipelines is not None:
        _pipelines(screen, pipelines, out, branch, install, root, replace=replace)
    elif operator:
        _operator(screen, force, out, root)
    elif force is not None:
        _estate(screen, force, out, root, arm_types, diagram=not manifests_only, manifests=not diagram_only)


def _refuse_combinations(force: str | None, pipelines: str | None, *, operator: bool, plan_options: bool) -> None:
    """Raises `UsageError` unless exactly one kind of output is requested, without options of another."""
    if operator and pipelines is not None:
        raise UsageError("--operator and --pipelines are mutually exclusive", next_step="give one of them")
    if not operator and (force is None) == (pipelines is None):
        raise UsageError(
            "name a force, or a host with --pipelines"
            if force is None
            else "FORCE and --pipelines are mutually exclusive",
            next_step="bluelamp render FORCE, or bluelamp render --pipelines github",
        )
    if (operator or pipelines is not None) and plan_options:
        raise UsageError(
            f"--{'operator' if operator else 'pipelines'} writes neither manifests nor a diagram",
            next_step="leave the other options out",
        )


def _estate(
    screen: Screen, force: str, out: Path | None, root: Path, arm_types: Path | None, *, diagram: bool, manifests: bool
) -> None:
    """Writes a force's diagram and manifests."""
    from bluelamp.infra.settings.register import read_register
    from bluelamp.render import manifests as manifests_of
    from bluelamp.render import prepare, write

    entry = read_register(root).entry(force)
    folder = out or Path("rendered") / entry.slug
    prepare(folder)
    with screen.working("planning"):
        plan = _plan(entry.slug, root, arm_types)
    files: dict[str, str] = {}
    rendered = None
    if diagram:
        from bluelamp.render.diagram import diagram as diagram_of
        from bluelamp.render.estate import estate

        files["estate.svg"] = diagram_of(estate(plan, entry.name))
    if manifests:
        rendered = manifests_of(plan)
        files |= rendered.files()
    written = write(files, folder, clean="manifests" if manifests else "")
    _show(screen, folder, rendered, diagram=diagram)
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


def _pipelines(
    screen: Screen, host: str, out: Path | None, branch: str | None, install: str | None, root: Path, *, replace: bool
) -> None:
    from bluelamp.pipelines import Choices, install_command
    from bluelamp.pipelines import pipelines as rendered
    from bluelamp.pipelines import write as write_pipelines

    folder = out or root
    choices = Choices("main" if branch is None else branch, install_command(root) if install is None else install)
    wrote = write_pipelines(rendered(host, choices), folder, force=replace)
    for name in wrote.written:
        screen.show(f"written: {escape(str(folder / name))}")
    for name in wrote.unchanged:
        screen.show(f"unchanged: {escape(str(folder / name))}")
    screen.give(
        {
            "force": None,
            "folder": str(folder),
            "files": [str(folder / name) for name in (*wrote.written, *wrote.unchanged)],
            "unknown": {},
            "leftOut": [],
        }
    )


def _operator(screen: Screen, force: str | None, out: Path | None, root: Path) -> None:
    from bluelamp.cli.select import with_stacks
    from bluelamp.fleet.waves import read_waves
    from bluelamp.infra.settings.register import read_register
    from bluelamp.render import write
    from bluelamp.render.operator import FILE, operator_files, read_operator

    stacks = with_stacks(root)
    settings = read_operator(root, stacks)
    wanted = list(settings.forces) if force is None else [read_register(root).entry(force).slug]
    if force is not None and wanted[0] not in settings.forces:
        raise UsageError(
            f"{wanted[0]} is not in {FILE}; it names {', '.join(settings.forces)}", next_step="add it there"
        )
    folder = out or Path("rendered") / "operator"
    files = operator_files(settings, read_waves(root, stacks), wanted)
    for path in (written := write(files, folder, clean="" if force else ".")):
        screen.show(f"written: {escape(str(path))}")
    screen.give(
        {"force": force and wanted[0], "folder": str(folder), "files": list(map(str, written)), "unknown": {}}
        | {"leftOut": []}
    )


def _plan(slug: str, root: Path, arm_types: Path | None) -> "Plan":
    from bluelamp.planning.attempt import planned

    plan = planned(slug, root, arm_types=arm_types)
    if plan.refused:
        one = plan.refused[0]
        raise EngineError(
            f"{slug} is not rendered: {len(plan.refused)} resources would be refused, the first is {one.name}: "
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
        line = f"manifests: {escape(str(folder / 'manifests' / cluster))}: {len(mine)}"
        line += f", {len(unknown)} with values unknown until deployment" if unknown else ""
        line += f", {len(missing)} left out (reasons in left-out.md)" if missing else ""
        screen.show(line)
    for one in rendered.manifests:
        for path in one.unknown:
            screen.say(f"[yellow]unknown:[/yellow] {escape(one.path)}: {escape(path)}")
