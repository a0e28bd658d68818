"""The first line of a settings file, which names the file's schema for editors."""

from typing import Final

SCHEMAS: Final = "schemas"
"""The folder of a project with the schemas of its settings files."""


def modeline(path: str, schema: str) -> str:
    """The line for the file at `path`, relative to the project's folder, whose schema is called `schema`."""
    return f"# yaml-language-server: $schema={'../' * path.count('/')}{SCHEMAS}/{schema}.json\n"
