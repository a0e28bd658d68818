"""Writes rendered files. A new rendering replaces the previous one atomically, without stale files."""

import os
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from bluelamp.core.files import head
from bluelamp.core.folders import OccupiedError, Owned, files_in, replace_folder
from bluelamp.errors import BluelampError, UsageError, unwritable

MARK: Final = "Rendered by bluelamp"
"""The mark at the beginning of every rendered file, which distinguishes it from users' own files."""

_HEAD: Final = 4096
_KINDS: Final = (".yaml", ".md", ".json")


def write(files: Mapping[str, str], folder: Path, *, clean: str = "", flat: Collection[str] = ()) -> list[Path]:
    """Writes `files`, text by path below `folder`, and returns their paths in order.

    If the run is killed, either the previous or the new rendering remains. Stale files of an earlier rendering are
    removed in `folder/clean`, recursively, and directly in the folders `flat`; files without `MARK` are never removed.
    Raises `BluelampError` if the folder cannot be written, and `UsageError` if a user's own file is in the way.
    """
    places: dict[str, Path] = {}

    def fill(work: Path) -> None:
        for name, text in files.items():
            places[name] = work / name
            places[name].parent.mkdir(parents=True, exist_ok=True)
            places[name].write_text(text, encoding="utf-8")

    def owned(where: Path) -> Owned:
        stale = {PurePosixPath(clean) / name for name in _marked(where / clean)} if clean else set()
        stale |= {PurePosixPath(place) / name for place in flat for name in _marked(where / place, below=False)}
        return Owned(stale, {PurePosixPath(name) for name in files if _ours(where / name)})

    if any(PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts for name in files):
        raise BluelampError(f"{folder}: a file's path leads outside the folder")
    try:
        replace_folder(folder, fill, owned)
    except OccupiedError as error:
        raise UsageError(
            f"{_shown(error, folder)}: cannot be written: a file that Bluelamp did not render exists already",
            next_step="move it away, or name another folder with --out",
        ) from error
    except OSError as error:
        raise _cannot(_shown(error, folder, *places.values()), error) from error
    return [folder / name for name in files]


def prepare(folder: Path) -> None:
    """Creates `folder`, so that an unwritable one fails before any work is done. Raises `BluelampError`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot(folder, error) from error


def _shown(error: OSError, folder: Path, *drafts: Path) -> Path:
    """The path of an error as the user knows it: never a temporary folder."""
    path = Path(error.filename or folder)
    return path if path not in drafts and path.is_relative_to(folder.resolve()) else folder


def _cannot(path: Path, error: OSError) -> BluelampError:
    return unwritable(path, error, "name a writable folder with free space, with --out")


def _marked(folder: Path, *, below: bool = True) -> set[PurePosixPath]:
    """The files of an earlier rendering, by their paths in `folder`; `below` includes its subfolders."""
    if not folder.is_dir() or folder.is_symlink():
        return set()
    names = files_in(folder) if below else map(PurePosixPath, os.listdir(folder))  # noqa: PTH208 - names are wanted
    return {name for name in names if name.suffix in _KINDS and _ours(folder / name)}


def _ours(path: Path) -> bool:
    if path.is_symlink():
        return False
    try:
        start = head(path, _HEAD).decode(errors="replace")
    except OSError:
        return False
    # JSON has no comments, so its mark is a value near the beginning.
    return MARK in (start if path.suffix == ".json" else start.partition("\n")[0])
