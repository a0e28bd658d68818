"""Output files at paths that the user gives."""

import errno
import os
from pathlib import Path

from bluelamp.core import folders
from bluelamp.core.files import replace
from bluelamp.errors import unwritable


def write(path: Path, text: str, next_step: str = "name a folder that can be written") -> None:
    """Writes the file at `path` atomically, and creates its folder.

    Raises `UsageError` if it cannot be written, `BluelampError` if the disk is full.
    """
    try:
        replace(path, text)
    except OSError as error:
        raise unwritable(path, error, next_step) from None


def refuse_unwritable(path: Path) -> None:
    """Checks that `path` is writable before the work starts; raises the errors of `write`."""
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        folders.refuse_unwritable(path.absolute().parent)
    except OSError as error:
        raise unwritable(path, error) from None


def refuse_unwritable_report(folder: Path | None) -> None:
    """Checks that a report can be written into `folder`, if given. Raises the errors of writing it."""
    if folder is not None:
        from bluelamp.reports.write import refuse_unwritable as refuse

        refuse(folder)
