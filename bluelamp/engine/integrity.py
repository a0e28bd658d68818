"""Verifies that a cached engine is unchanged since its installation, by the size and SHA-256 of each file.

The record is written beside the engine's folder when it is installed. Hashing 110 MB takes a third of a second, so a
successful check is cached with each file's size, times and inode, and repeated only if one of them differs. The record
detects damage (a full disk, a truncated copy), not tampering: a user who can write the cache can also write the record.
"""

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from bluelamp.core.files import read, replace
from bluelamp.core.os_errors import reason_of

_FORMAT: Final = 1
_LIMIT: Final = 1_000_000


def record_of(folder: Path) -> Path:
    """The path of the record of the engine in `folder`."""
    return folder.with_name(f"{folder.name}.json")


def record(work: Path, target: Path, version: str) -> None:
    """Records the files in `work`, which will be renamed to `target`, and flushes them to disk. Raises `OSError`.

    Only their owner may write them afterwards.
    """
    files = {}
    for folder in _folders(work):
        folder.chmod(0o755)
    for name, path in sorted(_files(work)):
        path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)
        with path.open("rb+") as stream:
            os.fsync(stream.fileno())
        about = path.lstat()
        executable = bool(about.st_mode & stat.S_IXUSR)
        files[name] = {"size": about.st_size, "sha256": _sha256(path), "executable": executable}
    content = {"format": _FORMAT, "version": version, "files": files}
    replace(record_of(target), json.dumps(content, indent=1) + "\n")


def damage(folder: Path, version: str, *, full: bool = False) -> str:
    """The problem with the engine in `folder`, which should have this version; empty if it is as installed.

    With `full`, every file is hashed again.
    """
    try:
        content = read(record_of(folder), _LIMIT)
        recorded = json.loads(content)
        if recorded["format"] != _FORMAT or recorded["version"] != version:
            return f"{record_of(folder).name} is of another version"
        files = {
            str(name): (int(row["size"]), str(row["sha256"]), bool(row["executable"]))
            for name, row in recorded["files"].items()
        }
    except FileNotFoundError:
        return "there is no record of its digests"
    except OSError as error:
        return f"{record_of(folder).name}: {reason_of(error)}"
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return f"{record_of(folder).name} is not a record of digests"
    try:
        return _differs(folder, files, hashlib.sha256(content).hexdigest(), full=full)
    except OSError as error:
        return f"{error.filename or folder}: {reason_of(error)}"


def remove(path: Path) -> None:
    """Removes a folder, a file or a link with its contents, as far as possible."""
    if path.is_symlink() or not path.is_dir():
        with suppress(OSError):
            path.unlink(missing_ok=True)
    else:
        shutil.rmtree(path, ignore_errors=True)


def discard(folder: Path) -> None:
    """Removes an engine and its record from the cache."""
    for path in (folder, record_of(folder), _stamp_of(folder)):
        remove(path)


def _differs(folder: Path, files: dict[str, tuple[int, str, bool]], of: str, *, full: bool) -> str:
    if not folder.is_dir():
        return "it is not a folder"
    there = dict(_files(folder))
    for place in (folder.parent, *_folders(folder)):
        if place.stat().st_mode & stat.S_IWOTH:
            return f"{place} can be written by other users"
    problem = next(_unlike(files, there), "")
    if problem:
        return problem
    stamp = {"record": of, "files": {name: _seen(path.lstat()) for name, path in sorted(there.items())}}
    if not full and _stamp(folder) == stamp:
        return ""
    for name, (_, digest, _) in sorted(files.items()):
        if _sha256(there[name]) != digest:
            return f"{name} differs from what was installed (its SHA-256 is another)"
    with suppress(OSError):
        replace(_stamp_of(folder), json.dumps(stamp))
    return ""


def _unlike(files: dict[str, tuple[int, str, bool]], there: dict[str, Path]) -> Iterator[str]:
    """The first difference that is visible without reading files."""
    for name in sorted({*files, *there}):
        if name not in there:
            yield f"{name} is missing"
        elif name not in files:
            yield f"{name} was not installed with it"
        else:
            yield from _looks(name, there[name].lstat(), files[name][0], executable=files[name][2])


def _looks(name: str, about: os.stat_result, size: int, *, executable: bool) -> Iterator[str]:
    if not stat.S_ISREG(about.st_mode):
        yield f"{name} is not a regular file"
    elif about.st_size != size:
        yield f"{name} has {about.st_size:,} bytes instead of {size:,}"
    if executable and not about.st_mode & stat.S_IXUSR:
        yield f"{name} is not executable"
    if about.st_mode & stat.S_IWOTH or about.st_uid not in (0, os.getuid()):
        yield f"{name} can be written by other users"


def _folders(folder: Path) -> Iterator[Path]:
    """`folder` and every folder below it. Raises `OSError`."""
    yield folder
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _folders(Path(entry.path))


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Everything below `folder` except folders, by relative path. Raises `OSError`."""
    with os.scandir(folder) as entries:
        for entry in entries:
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                yield from ((f"{entry.name}/{name}", below) for name, below in _files(path))
            elif not entry.name.startswith(".nfs"):  # left by a network file system for a file deleted while open
                yield entry.name, path


def _seen(about: os.stat_result) -> list[int]:
    return [about.st_size, about.st_mtime_ns, about.st_ctime_ns, about.st_ino]


def _stamp_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.checked")


def _stamp(folder: Path) -> Any:
    with suppress(OSError, ValueError, RecursionError):
        return json.loads(read(_stamp_of(folder), _LIMIT))
    return None


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
