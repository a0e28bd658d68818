"""Files that a verb writes where the user says."""

import errno
import os
from pathlib import Path

from bluelamp.core.files import replace
from bluelamp.errors import unwritable


def write(path: Path, text: str, next_step: str = "name a folder that can be written") -> None:
    """Replaces the file at `path` in one step; its folder is made.

    Raises `UsageError` where it cannot be written, `BluelampError` where the disk is full.
    """
    try:
        replace(path, text)
    except OSError as error:
        raise unwritable(path, error, next_step) from None


def refuse_unwritable(path: Path) -> None:
    """Raises what `write` would raise, before the work whose result is to be written there."""
    folder = next(each for each in path.absolute().parents if each.exists())
    if path.is_dir():
        wrong = errno.EISDIR
    elif not folder.is_dir():
        wrong = errno.ENOTDIR
    elif not os.access(folder, os.W_OK | os.X_OK):
        wrong = errno.EACCES
    else:
        return
    raise unwritable(path, OSError(wrong, os.strerror(wrong)))
