"""Files that a verb writes where the user says."""

from pathlib import Path

from bluelamp.core.files import replace
from bluelamp.errors import UsageError


def write(path: Path, text: str, next_step: str = "name a folder that can be written") -> None:
    """Replaces the file at `path` in one step; its folder is made. Raises `UsageError` where it cannot be written."""
    try:
        replace(path, text)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}", next_step=next_step) from None
