"""`bluelamp engine`: what engine there is, and getting one."""

import typer

from bluelamp.cli.options import Form, Quiet
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.engine.build import Report


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    group = typer.Typer(no_args_is_help=True, help="Find, fetch or build the Pulumi engine.")
    group.command("status")(status)
    group.command("install")(install)
    app.add_typer(group, name="engine")


def status(form: Form = Format.TEXT, quiet: Quiet = False) -> None:
    """Says which engine is used, and where it came from.

    Example: `bluelamp engine status --format json`
    """
    from bluelamp.engine.find import find
    from bluelamp.errors import EngineError

    screen = Screen(form, quiet=quiet)
    engine = find()
    if engine is None:
        screen.give({"engine": None})
        raise EngineError("there is no Pulumi engine here", next_step="bluelamp engine install")
    screen.show(escape(f"pulumi {engine.version}, {engine.origin}: {engine.path}"))
    screen.give({"engine": {"version": engine.version, "origin": engine.origin, "path": str(engine.path)}})


def install(form: Form = Format.TEXT, quiet: Quiet = False) -> None:
    """Makes sure that there is an engine: one that is here, the official release, or a build.

    It goes into your cache folder and never onto your PATH. Building takes about three minutes and needs Go.

    Example: `bluelamp engine install`
    """
    from bluelamp.engine.install import ensure

    screen = Screen(form, quiet=quiet)
    with reporting(screen) as report:
        engine = ensure(report)
    screen.show(escape(f"pulumi {engine.version}, {engine.origin}: {engine.path}"))
    screen.give({"engine": {"version": engine.version, "origin": engine.origin, "path": str(engine.path)}})


class reporting:  # noqa: N801 - used as a context manager function would be
    """Shows an installation's progress: a bar on a terminal, a line for each stage elsewhere."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._progress = screen.progress()
        self._task = self._progress.add_task("engine", total=None, visible=False)
        self._stage = ""

    def __enter__(self) -> Report:
        self._progress.start()
        return self._hear

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def _hear(self, stage: str, share: float | None) -> None:
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
