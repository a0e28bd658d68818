"""Bounds of what Bluelamp can make again in its cache folder: compiled Python and templates, names for completion.

At most once a day a process of its own, at low priority, removes what belongs to a checkout or an environment that is
gone, what was not used for 30 days, and beyond a size what was used longest ago. Kept plans have a bound of their own
(`bluelamp.plans`). What was fetched (engines, data sets) stays: a machine without a network could not fetch it again.
"""

import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bluelamp.folders import cache

MARK: Final = "pruned"
"""The file whose time of modification says when the cache folder was last looked through."""
_DAY: Final = 86_400
_UNUSED: Final = 30 * _DAY
_COMPILED: Final = r"(.+?)\.[a-z]+-?[0-9]+(?:\.opt-\w+)?\.pyc(\.[0-9]+)?"


@dataclass(frozen=True)
class Room:
    """One folder of the cache, with the maximum size of its files in bytes.

    `names` is an expression for the names of its files, relative to the folder. Files of other names are left alone, as
    other programs may use the cache folder too. `outlived` tells from a name, and the seconds since the last use,
    whether the file's source is gone.
    """

    folder: str
    names: str
    most: int
    outlived: Callable[[str, float], bool] = lambda _name, _idle: False


def _without_source(name: str, idle: float) -> bool:
    """Whether a compiled file, whose path below the folder is its source's, has no source or was left half done."""
    folder, _, file = name.rpartition("/")
    found = re.fullmatch(_COMPILED, file)
    if found is None:
        return False
    if found[2]:  # Python writes a compiled file under a temporary name first, which may be about to be renamed
        return idle > _DAY
    return not os.path.exists(f"/{folder}/{found[1]}.py")  # noqa: PTH110 - many thousands


ROOMS: Final = (
    Room("bytecode", rf"(?:.*/)?{_COMPILED}", 2_000_000_000, _without_source),
    Room("templates", r"[^/]+-jinja2-[^/]+/[^/]+\.cache", 100_000_000),
    Room("completion", r"index-[0-9a-f]{16}\.json|[0-9a-f]{16}/[^/]+\.json", 50_000_000),
)


def begin() -> None:
    """Starts the process that prunes, where none did so today; returns at once, and never fails."""
    mark = cache() / MARK
    with suppress(OSError):
        try:
            due = abs(time.time() - mark.stat().st_mtime) > _DAY
        except FileNotFoundError:
            # What is new is not worth a look.
            if cache().is_dir():
                mark.touch()
            return
        if not due:
            return
        os.utime(mark)
        import subprocess  # once a day

        subprocess.Popen(
            [sys.executable, "-P", "-m", "bluelamp.pruning"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )


def prune(root: Path, now: float) -> int:
    """Removes what is not used any more from the cache folder `root`; how many files that were.

    Other processes may use the folder meanwhile: they make again what is gone. Of several at a time, one prunes.
    """
    import fcntl

    with suppress(OSError), (root / MARK).open("ab") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return sum(_prune(root / room.folder, room, now) for room in ROOMS)
    return 0


def _prune(folder: Path, room: Room, now: float) -> int:
    kept, removed = [], 0
    for path, used, size in _files(folder, room):
        name = path[len(str(folder)) + 1 :]
        if now - used > _UNUSED or room.outlived(name, now - used):
            removed += _unlink(path)
        else:
            kept.append((used, size, path))
    total = sum(size for _, size, _ in kept)
    for _, size, path in sorted(kept):
        if total <= room.most:
            break
        removed += _unlink(path)
        total -= size
    for place, _, _ in os.walk(folder, topdown=False):
        if place != str(folder):
            with suppress(OSError):  # it is not empty
                os.rmdir(place)  # noqa: PTH106 - many thousands
    return removed


def _files(folder: Path, room: Room) -> Iterator[tuple[str, float, int]]:
    """Each file's path, when it was last used as far as the file system notes that, and its size on disk."""
    expression = re.compile(room.names)
    for place, _, names in os.walk(folder):
        for name in names:
            path = f"{place}/{name}"
            if expression.fullmatch(path, len(str(folder)) + 1):
                with suppress(OSError):
                    found = os.lstat(path)
                    yield path, max(found.st_atime, found.st_mtime), found.st_blocks * 512


def _unlink(path: str) -> int:
    try:
        os.unlink(path)  # noqa: PTH108 - many thousands
    except OSError:
        return 0
    return 1


if __name__ == "__main__":
    os.nice(19)
    prune(cache(), time.time())
