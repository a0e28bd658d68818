"""Reads a stack's optional usage and hardware files."""

from pathlib import Path
from typing import Final

from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.reader import content_of, parse
from bluelamp.core.source import Source

_FIGURES: Final = "enter the force's figures as docs/cost.md shows, or delete the file"


def read_source(root: Path, file: str) -> Source | None:
    """The document in `file` below `root`; None if there is no such file.

    Raises `SettingsError` if it cannot be read, is not YAML or is empty.
    """
    path = root / file
    # A broken link is an error, not a missing file.
    if not path.exists() and not path.is_symlink():
        return None
    source = parse(*content_of(path, root), may_be_empty=True)
    if source.values is None and not source.problems:
        raise SettingsError([Problem(source.file, message="is empty", next_step=_FIGURES)])
    return source
