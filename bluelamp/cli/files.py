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
    wrong = next(
        (
            number
            for holds, number in (
                (path.is_dir(), errno.EISDIR),
                (not folder.is_dir(), errno.ENOTDIR),
                (not os.access(folder, os.W_OK | os.X_OK), errno.EACCES),
            )
            if holds
        ),
        0,
    )
    if wrong:
        raise unwritable(path, OSError(wrong, os.strerror(wrong)))
