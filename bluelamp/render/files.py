"""Writing rendered files: all of a file or nothing of it, and nothing left behind of an older rendering."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bluelamp.core.files import replace
from bluelamp.errors import BluelampError

MARK: Final = "Rendered by bluelamp"
"""Stands at the beginning of every file that is written here, and tells it from a file of somebody's own."""

_HEAD: Final = 4096


def write(files: Mapping[str, str], folder: Path, *, clean: str = "") -> list[Path]:
    """Writes `files`, text by path below `folder`, and returns their paths in order.

    Each replaces an older one in one step. Files of an earlier rendering below `folder/clean` that are no longer among
    `files` are removed; files without `MARK` are somebody's own and stay. Raises `BluelampError` where the folder
    cannot be written.
    """
    written = []
    path = folder
    try:
        for name, text in files.items():
            path = folder / name
            replace(path, text)
            written.append(path)
        if clean:
            _clean(folder / clean, set(written))
    except OSError as error:
        raise _cannot(path, error) from error
    return written


def prepare(folder: Path) -> None:
    """Makes `folder`, so that one that cannot be written is told before any work is done; raises `BluelampError`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot(folder, error) from error


def _cannot(path: Path, error: OSError) -> BluelampError:
    return BluelampError(
        f"{path}: cannot be written: {error.strerror or error}",
        next_step="name a folder of your own that has room, with --out",
    )


def _clean(folder: Path, kept: set[Path]) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_symlink():
            continue
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path not in kept and path.suffix in (".yaml", ".md", ".json") and _ours(path):
            path.unlink()


def _ours(path: Path) -> bool:
    with path.open(encoding="utf-8", errors="replace") as stream:
        # JSON has no comments, so there the mark is a value near the beginning.
        return MARK in (stream.read(_HEAD) if path.suffix == ".json" else stream.readline())
