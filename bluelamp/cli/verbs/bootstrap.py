"""`bluelamp bootstrap`."""

import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bluelamp.cli.files import write
from bluelamp.cli.options import ArmTypes, Details, Form, Project, Quiet, Rehearse, Yes
from bluelamp.cli.results import show_result
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.core.text import printable
from bluelamp.errors import Status, UsageError
from bluelamp.folders import project as find_project

if TYPE_CHECKING:
    from bluelamp.fleet.deploy import Result


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("bootstrap")(bootstrap)


def bootstrap(
    force: Annotated[str, typer.Argument(metavar="FORCE", help="A force by its name in stacks/forces.yaml.")],
    rehearse: Rehearse = False,
    preview: Annotated[bool, typer.Option("--preview", help="Show the changes without making them.")] = False,
    yes: Yes = False,
    checklist: Annotated[
        Path | None, typer.Option("--checklist", metavar="FILE", help="Write the checklist as Markdown.")
    ] = None,
    arm_types: ArmTypes = None,
    details: Details = False,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
    project: Project = None,
) -> None:
    """Create the prerequisites of a force's first `up`: state store, key for secrets, identities of the pipelines.

    They form a separate stack, `bootstrap-FORCE`, with the settings in stacks/FORCE/bootstrap.yaml. Then prints the
    checklist of manual steps: variables, environments, branch protection. A second run changes nothing. No command
    destroys the stack; docs/bootstrap.md describes how.

    Examples: `bluelamp bootstrap essex --rehearse` · `bluelamp bootstrap essex --preview` ·
    `bluelamp bootstrap essex --checklist bootstrap.md`
    """
    from bluelamp.bootstrap.checklist import checklist as sections_of
    from bluelamp.bootstrap.checklist import markdown, text
    from bluelamp.infra.force import load
    from bluelamp.infra.settings.bootstrap import read_bootstrap

    screen, root = Screen(form, quiet=quiet), find_project(project)
    loaded = load(force, root=root)
    settings = read_bootstrap(root, loaded)
    if not (rehearse or yes or preview or (sys.stdin.isatty() and screen.err.is_terminal)):
        raise UsageError(
            "confirmation required, but there is no terminal", next_step="add --yes, --preview or --rehearse"
        )
    seen: list[Result] = []
    result, outputs = _run(
        screen,
        root,
        loaded.slug,
        seen,
        rehearse=rehearse,
        preview=preview,
        yes=yes,
        details=details,
        arm_types=arm_types,
    )
    show_result(screen, result, details=details, seen=seen[0] if seen else None)
    sections = sections_of(loaded, settings, outputs)
    if not quiet and result.status is Status.DONE:
        screen.text("\n" + text(sections))
    if rehearse and outputs:
        screen.say("these values come from the rehearsal cloud")
    if checklist is not None:
        write(checklist, markdown(loaded.name, sections), "name a file in an existing folder")
        screen.say(f"checklist: {escape(checklist)}")
    screen.give(
        {
            "force": loaded.slug,
            "rehearsed": rehearse,
            "result": result.as_dict(),
            "outputs": dict(outputs),
            "checklist": [
                {"title": each.title, "items": [{"text": one.text, "value": one.value} for one in each.items]}
                for each in sections
            ],
        }
    )
    raise typer.Exit(result.status)


def _run(
    screen: Screen,
    root: Path,
    force: str,
    seen: list["Result"],
    *,
    rehearse: bool,
    preview: bool,
    yes: bool,
    details: bool,
    arm_types: Path | None,
) -> tuple["Result", Mapping[str, Any]]:
    """Runs the engine; returns the result and the stack's outputs. `seen` receives the preview before confirmation."""
    from bluelamp.bootstrap import run
    from bluelamp.cli.board import Board
    from bluelamp.cli.session import engine_for
    from bluelamp.core.patience import SHORT, Patience
    from bluelamp.infra.program.bootstrap import PREFIX

    name = PREFIX + force
    engine = engine_for(screen)

    def agree(planned: "Result") -> bool:
        if rehearse or yes:
            return True
        with screen.paused():
            show_result(screen, planned, details=details)
            seen.append(planned)
            return typer.confirm(printable(f"Do this to {planned.force}?"), err=True)

    with ExitStack() as stack:
        if rehearse:
            patience = Patience(SHORT, lambda text: screen.say(escape(text)))
            held = stack.enter_context(
                run.rehearsed(root, engine, force, arm_types=arm_types, changes=not preview, patience=patience)
            )
            board = Board(stack.enter_context(screen.progress()), [name])
            result = held.run(board.on_step(name), agree, preview=preview)
            return replace(result, notes=(*held.notes, *result.notes)), held.outputs()
        target = run.real(root, engine, force).target
        board = Board(stack.enter_context(screen.progress()), [name])
        result = run.work(target, board.on_step(name), agree, preview=preview, refresh=not preview)
        return result, run.real_outputs(target)
