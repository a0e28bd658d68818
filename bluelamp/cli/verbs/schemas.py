"""`bluelamp schemas`."""

from pathlib import Path
from typing import Annotated

import typer

from bluelamp.cli.options import Form, Quiet
from bluelamp.cli.screen import Format, Screen, escape
from bluelamp.errors import unwritable


def add(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("schemas")(schemas)


def schemas(
    write: Annotated[
        Path | None,
        typer.Option("--write", metavar="DIR", help="Write the JSON Schemas into DIR; a project has them in schemas/."),
    ] = None,
    form: Form = Format.TEXT,
    quiet: Quiet = False,
) -> None:
    """List the settings files that have a JSON Schema, with which editors complete and check them.

    Examples: `bluelamp schemas` · `bluelamp schemas --write schemas`
    """
    from bluelamp.schemas.editor import FILES, write_schemas

    screen = Screen(form, quiet=quiet)
    written: list[Path] = []
    if write is not None:
        try:
            written = write_schemas(write)
        except OSError as error:
            raise unwritable(write, error, "name another folder with --write") from None
        for path in written:
            screen.show(f"wrote {escape(path)}")
        if not written:
            screen.say(f"unchanged: {escape(write)}")
    else:
        for file in FILES:
            screen.show(f"[bold]{file.name}[/bold]  {escape(file.title)}: {escape(', '.join(file.paths))}")
    screen.give(
        {
            "schemas": [{"name": each.name, "title": each.title, "paths": list(each.paths)} for each in FILES],
            "written": [str(path) for path in written],
        }
    )
