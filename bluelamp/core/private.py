"""Folders that only their owner may look into, whatever the umask."""

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bluelamp.core.files import PRIVATE_FOLDER, create

NAME: Final = ".bluelamp"
"""The folder of a project in which Bluelamp keeps what is for its owner only."""
_IGNORED: Final = b"# Written by Bluelamp: nothing here belongs into git.\n*\n"
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def folder(path: Path) -> None:
    """Makes the folder `path` where there is none, and takes every permission on it from group and others.

    A folder called `NAME` has a `.gitignore` that keeps all of it out of git.

    Raises `OSError` where it cannot be made, is no folder, or is open to others and belongs to another user.
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
    """Takes every permission of group and others from the folder `path` and all that is in it.

    Files keep what their owner may do; links are not followed. What belongs to another user, or goes away meanwhile,
    is passed over: the folder itself keeps others out. Raises `OSError` as `folder` does.
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
    """Keeps the folder `NAME` that `path` is in, if any, closed to others while and after something is written there.

    What cannot be closed, as it belongs to another user, stays as it is.
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
