"""Finds files of given kinds below files and folders, and reports everything unreadable as a problem.

`pathlib`'s globs and `os.walk` skip unreadable folders silently. Here, every unreadable entry that may hold a file of
the kind is a `Problem`.
"""

import os
import stat
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bluelamp.core.problems import Problem

MOST_ENTRIES: Final = 200_000
"""The maximum total number of names in the folders of one walk."""


@dataclass(frozen=True, slots=True)
class File:
    """A file to read: the `path` to open, its printable `name`, the path it was found under, and whether it is that."""

    path: str
    name: str
    root: str
    named: bool


def printable(path: str) -> str:
    """A path as encodable text, with bytes that are not UTF-8 as `\\xff`."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def files(paths: Iterable[str], endings: Collection[str], problems: list[Problem]) -> Iterator[File]:
    """The regular files in `paths`: those named themselves, and below folders those with one of `endings`.

    A file that is found under several of `paths` is given for each of them.

    `endings` are in lower case and match without case. A folder's own files come before those of the folders in it,
    in the order of their names. Hidden files and folders in a folder are left out. A link to a folder is not followed;
    it is a problem unless the folder is read anyway. Paths that do not exist, cannot be read or are not regular files
    are added to `problems`.
    """
    yield from _Walk(tuple(endings), problems).files(paths)


class _Walk:
    def __init__(self, endings: tuple[str, ...], problems: list[Problem]) -> None:
        self._endings = endings
        self._problems = problems
        self._entered: set[tuple[int, int]] = set()
        self._links: list[tuple[str, tuple[int, int]]] = []
        self._entries = 0

    def files(self, paths: Iterable[str]) -> Iterator[File]:
        for path in dict.fromkeys(paths):
            yield from self._named(path)
        for link, target in self._links:
            if target not in self._entered:
                step = "name the folder itself as well, or remove the link"
                self._wrong(link, "it is a link to a folder that is not read", step)

    def _named(self, path: str) -> Iterator[File]:
        try:
            mode = Path(path).stat().st_mode
        except FileNotFoundError:
            self._wrong(path, "there is no such file or folder")
            return
        except (OSError, ValueError) as error:
            self._unreadable(path, error)
            return
        if not stat.S_ISDIR(mode):
            if not stat.S_ISREG(mode):
                step = "save its content to a file, or pipe it in where the command reads the standard input (-)"
                self._wrong(path, "it is not a regular file", step)
            else:
                yield File(path, printable(path), path, named=True)
            return
        for file in self._below(path):
            yield File(file, printable(file), path, named=False)

    def _below(self, folder: str) -> Iterator[str]:
        """The files below `folder`, without recursion: folders may be nested as deep as the system allows."""
        waiting = [folder]
        while waiting:
            here = waiting.pop()
            try:
                with os.scandir(here) as entries:
                    about = Path(here).stat()
                    self._entered.add((about.st_dev, about.st_ino))
                    listed = sorted(self._counted(entries), key=lambda entry: entry.name)
            except OSError as error:
                self._unreadable(here, error)
                continue
            inner = []
            for entry in listed:
                try:
                    mode = entry.stat(follow_symlinks=False).st_mode
                    if stat.S_ISDIR(mode):
                        inner.append(entry.path)
                    elif self._is_wanted(entry, mode):
                        yield entry.path
                except OSError as error:
                    self._unreadable(entry.path, error)
            if self._entries > MOST_ENTRIES:
                self._wrong(
                    folder, f"there are more than {MOST_ENTRIES:,} files and folders in it", "name fewer folders"
                )
                return
            waiting += reversed(inner)

    def _counted(self, entries: Iterable["os.DirEntry[str]"]) -> Iterator["os.DirEntry[str]"]:
        for entry in entries:
            self._entries += 1
            if self._entries > MOST_ENTRIES:
                return
            if not entry.name.startswith("."):
                yield entry

    def _is_wanted(self, entry: "os.DirEntry[str]", mode: int) -> bool:
        """Whether to read an entry that is not a folder. Raises `OSError` for a broken link."""
        if stat.S_ISLNK(mode):
            about = Path(entry.path).stat()
            mode = about.st_mode
            if stat.S_ISDIR(mode):
                self._links.append((entry.path, (about.st_dev, about.st_ino)))
                return False
        if not entry.name.lower().endswith(self._endings):
            return False
        if not stat.S_ISREG(mode):
            self._wrong(entry.path, "it is not a regular file", "move it out of the folder")
            return False
        return True

    def _unreadable(self, path: str, error: OSError | ValueError) -> None:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        if isinstance(error, FileNotFoundError) and Path(path).is_symlink():
            self._wrong(path, "it is a link to a file that does not exist", "remove the link")
        else:
            self._wrong(
                path, f"it cannot be read: {reason}", "grant the permission to read it" if _denied(error) else ""
            )

    def _wrong(self, path: str, message: str, next_step: str = "") -> None:
        self._problems.append(Problem(printable(path), message=message, next_step=next_step))


def _denied(error: OSError | ValueError) -> bool:
    return isinstance(error, PermissionError)
