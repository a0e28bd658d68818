"""`bluelamp engine`: show and install the engine."""

from typing import TYPE_CHECKING

import typer

from bluelamp.cli.options import Form, Quiet
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.engine.build import Report

if TYPE_CHECKING:
    from bluelamp.engine.find import Engine


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    group = typer.Typer(no_args_is_help=True, help="Find, fetch or build the Pulumi engine.")
    group.command("status")(status)
    group.command("install")(install)
    app.add_typer(group, name="engine")


def status(form: Form = Format.TEXT, quiet: Quiet = False) -> None:
    """Show which engine is used, its origin, and other engines found that cannot be used.

    Example: `bluelamp engine status --format json`
    """
    from bluelamp.engine.find import Engine, candidates, missing
    from bluelamp.errors import EngineError

    screen = Screen(form, quiet=quiet)
    found = list(candidates())
    used = next((one for one in found if not one.problem), None)
    broken = [one for one in found if one.problem]
    given = [{"path": str(one.path), "origin": one.origin, "problem": one.problem} for one in broken]
    if used is None:
        screen.give({"engine": None, "unusable": given})
        raise EngineError(missing(), next_step="run: bluelamp engine install")
    _show(screen, Engine(used.path, used.version, used.origin), unusable=given)
    for one in broken:
        step = "; run: bluelamp engine install" if one.ours else ""
        screen.say(f"not used: {escape(str(one.path))}: {escape(one.problem)}{step}")


def install(form: Form = Format.TEXT, quiet: Quiet = False) -> None:
    """Ensure an undamaged engine: an installed one, the official release, or a build.

    Every file of an engine that Bluelamp installed is verified, and a damaged engine is replaced. It is installed into
    your cache folder, never on your PATH. Bluelamp pins the version and SHA-256 of the official release. Building takes
    about three minutes and needs Go.

    Example: `bluelamp engine install`
    """
    from bluelamp.engine.install import install as get

    screen = Screen(form, quiet=quiet)
    with reporting(screen) as report:
        engine = get(report)
    _show(screen, engine)


def _show(screen: Screen, engine: "Engine", **more: object) -> None:
    screen.show(f"pulumi {engine.version}, {engine.origin}: {escape(str(engine.path))}")
    about = {"version": engine.version, "origin": engine.origin, "path": str(engine.path)}
    screen.give({"engine": about, **more})


class reporting:  # noqa: N801 - used as a context manager function would be
    """Shows an installation's progress: a bar on a terminal, a line for each stage elsewhere."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._shown = screen.progress()
        self._stage = ""

    def __enter__(self) -> Report:
        self._progress = self._shown.__enter__()
        self._task = self._progress.add_task("engine", total=None, visible=False)
        return self._report

    def __exit__(self, *_: object) -> None:
        self._shown.__exit__(None, None, None)

    def _report(self, stage: str, share: float | None) -> None:
        if stage != self._stage:
            self._stage = stage
            if self._progress.disable:
                self._screen.say(escape(f"{stage}…"))
        self._progress.update(
            self._task,
            description=stage,
            total=None if share is None else 100,
            completed=0 if share is None else int(share * 100),
            visible=True,
        )
