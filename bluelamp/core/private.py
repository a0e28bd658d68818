"""Folders that only their owner can read, independent of the umask."""

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bluelamp.core.files import PRIVATE_FOLDER, create

NAME: Final = ".bluelamp"
"""The project folder for Bluelamp's private files."""
_IGNORED: Final = b"# Written by Bluelamp: nothing here belongs into git.\n*\n"
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def folder(path: Path) -> None:
    """Creates the folder `path` if missing, and removes every permission of group and others.

    A folder named `NAME` gets a `.gitignore` that excludes all of it from git.

    Raises `OSError` if it cannot be created, is not a folder, or is open to others and belongs to another user.
    """
    with contextlib.suppress(FileExistsError):
        path.mkdir(parents=True, mode=PRIVATE_FOLDER)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode != PRIVATE_FOLDER:
        path.chmod(PRIVATE_FOLDER)
    if path.name == NAME and not os.path.lexists(path / ".gitignore"):
        with contextlib.suppress(FileExistsError):
            create(path / ".gitignore", _IGNORED, mode=0o600)


def tighten(path: Path) -> None:
    """Removes every permission of group and others from the folder `path` and its contents.

    The owner's permissions stay; links are not followed. Files of other users, and files deleted meanwhile, are
    skipped, as the folder itself keeps others out. Raises `OSError` as `folder` does.
    """
    folder(path)
    waiting = [os.fspath(path)]
    while waiting:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    mode = entry.stat(follow_symlinks=False).st_mode
                    if stat.S_ISLNK(mode):
                        continue
                    if stat.S_IMODE(mode) & _OTHERS:
                        os.chmod(entry.path, stat.S_IMODE(mode) & ~_OTHERS)  # noqa: PTH101 - a path as text
                    if stat.S_ISDIR(mode):
                        waiting.append(entry.path)


@contextlib.contextmanager
def kept(path: Path) -> Iterator[None]:
    """Keeps the folder `NAME` around `path`, if any, closed to others during and after a write.

    Folders of other users are left unchanged.
    """
    own = next((each for each in (path, *path.parents) if each.name == NAME), None)
    if own is None:
        yield
        return
    with contextlib.suppress(OSError):
        folder(own)
    yield
    with contextlib.suppress(OSError):
        tighten(own)
