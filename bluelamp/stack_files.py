"""Reading a stack's settings file, or a project's, as the engine reads it: through the one reader."""

from pathlib import Path
from typing import Any

from bluelamp.core import reader
from bluelamp.core.problems import SettingsError


def read(path: Path) -> dict[str, Any]:
    """The content of the stack file at `path`. Raises `SettingsError` where it cannot be read as one thing only."""
    return parse(*reader.content_of(path, path.parent))


def parse(content: bytes | str, name: str = "the stack file") -> dict[str, Any]:
    """The content of a stack file, called `name` in messages; empty where there is none.

    Raises `SettingsError` where it is not YAML, or YAML that the engine and Bluelamp would read in different ways.
    """
    source = reader.parse(content.encode() if isinstance(content, str) else content, name, may_be_empty=True)
    if source.problems:
        raise SettingsError(source.problems)
    return source.values if isinstance(source.values, dict) else {}
