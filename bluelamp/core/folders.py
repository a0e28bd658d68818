"""Atomic replacement of a folder: at any moment, even after a crash, it has the old or the new content.

The new content is written into a folder beside the target and then exchanged with it in one file system operation.
If that is impossible (foreign files in the target, a mount point, the current folder, a read-only parent, a file system
without an exchange), the new content is moved into the target as `SWITCH`, in one operation, and from there put in
place file by file. If that is interrupted, `SWITCH` holds the complete new content, and the next replacement finishes
it first. Only files that the caller names and the remains of killed runs are deleted.
"""

import errno
import filecmp
import os
import re
import secrets
import shutil
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from bluelamp.core import private
from bluelamp.core.files import lock, remove_unlocked, same

SWITCH: Final = ".bluelamp-switch"
"""The complete new content, inside its target folder, during or after an interrupted replacement."""
_NEW: Final = ".bluelamp-new"
_DIGITS: Final = re.compile("[0-9a-f]{8}")
_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2
_RENAME_SWAP: Final = 2
_NO_EXCHANGE: Final = (
    errno.EINVAL,
    errno.ENOSYS,
    errno.ENOTSUP,
    errno.EXDEV,
    errno.EBUSY,
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
)


@dataclass(frozen=True)
class Owned:
    """The caller's part of a folder's content, by relative path.

    `stale` files are deleted when the folder is replaced. `replaceable` files may be replaced by files of the same
    name, and stay otherwise. All other files are foreign.
    """

    stale: Collection[PurePosixPath] = ()
    replaceable: Collection[PurePosixPath] = ()


class OccupiedError(FileExistsError):
    """A foreign file has the name of a file to write."""


def replace_folder(
    target: Path, fill: Callable[[Path], None], owned: Callable[[Path], Owned], *, last: str = ""
) -> None:
    """Replaces the caller's part of the folder `target`, which need not exist, by what `fill` writes into a new folder.

    `owned` returns the caller's part of a folder; `last` is the file by which it recognises that part, if any, and is
    put in place after all others. A link to a folder stays, and the folder that it points to is replaced. The new
    folder has the old one's permissions. Raises `OccupiedError` if a foreign file is in the way, any error of `fill`,
    and `OSError` if a file cannot be written; the folder is then unchanged.
    """
    target = Path(os.path.realpath(target))
    if target.exists():
        refuse_unwritable(target)
    with private.kept(target):
        _replace(target, fill, owned, last)


def refuse_unwritable(target: Path) -> None:
    """Raises `OSError` if the folder `target` cannot be written, or cannot be created."""
    place = Path(os.path.realpath(target))
    while not place.exists():
        place = place.parent
    if not place.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(place))
    if not os.access(place, os.R_OK | os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))


def _replace(target: Path, fill: Callable[[Path], None], owned: Callable[[Path], Owned], last: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with _new_folder(target) as work:
        fill(work)
        _sync(work)
        with _alone(target):
            _remove_left(target, f"{_NEW}.")
            if not _exchanged(target, work, owned):
                _put_in_place(target, work, owned, last)


def files_in(folder: Path) -> Iterator[PurePosixPath]:
    """The relative paths in `folder` of everything except folders, and of empty folders.

    Temporary files of a running or interrupted replacement are left out.
    """
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        found = [each for each in os.scandir(here) if here != folder or not _is_working(each.name)]
        if not found and here != folder:
            yield PurePosixPath(here.relative_to(folder))
        for each in found:
            if each.is_dir(follow_symlinks=False):
                waiting.append(here / each.name)
            else:
                yield PurePosixPath((here / each.name).relative_to(folder))


def _is_working(name: str) -> bool:
    return name == SWITCH or (name.startswith(f"{_NEW}.") and bool(_DIGITS.fullmatch(name[len(_NEW) + 1 :])))


@contextmanager
def _new_folder(target: Path) -> Iterator[Path]:
    """An empty folder for the new content, which is removed afterwards with its contents, except foreign files.

    It is locked while in use, so that other processes can tell it from the remains of a killed process.
    """
    place = target.parent
    if target.is_dir() and (os.path.ismount(target) or not os.access(place, os.W_OK | os.X_OK)):
        place = target
    # A short part of the name, which may already have the maximum length.
    name = f"{_NEW}.{target.name[:40]}." if place != target else f"{_NEW}."
    if place != target:
        _remove_left(place, name)
    while True:
        work = place / f"{name}{secrets.token_hex(4)}"
        work.mkdir()
        try:
            descriptor = os.open(work, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue  # another process removed it as left over before it was locked
        lock(descriptor)
        if same(work, descriptor):
            break
        os.close(descriptor)  # likewise, after it was opened
    try:
        yield work
    finally:
        if work.is_dir():
            shutil.rmtree(work, ignore_errors=True)
        os.close(descriptor)


def _remove_left(place: Path, name: str) -> None:
    """Removes unlocked entries of `place` named `name` with eight hexadecimal digits."""
    with suppress(OSError):
        for each in os.scandir(place):
            if each.name.startswith(name) and _DIGITS.fullmatch(each.name[len(name) :]):
                remove_unlocked(place / each.name, _remove)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink()


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Waits until no other process replaces `target`."""
    with _alone_in(target.parent if os.access(target.parent, os.R_OK) else target):
        yield


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Locks a folder, also across renames, if its file system supports it."""
    descriptor = None
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        lock(descriptor)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _exchanged(target: Path, work: Path, owned: Callable[[Path], Owned]) -> bool:
    """Whether `work` was exchanged with `target` in one operation; `work` is then the old folder, or removed."""
    if work.parent == target:
        return False
    if not target.exists():
        work.rename(target)
        _sync_folder(target.parent)
        return True
    if _in_use(target):
        return False
    before = _only_ours(target, work, owned(target))
    if before is None:
        return False
    state = target.stat()
    shutil.copystat(target, work)
    os.utime(work)
    with suppress(OSError):
        os.chown(work, state.st_uid, state.st_gid)
    with _alone_in(target):  # so that no process removes the old folder as left over while it is searched
        try:
            _exchange(target, work)
        except OSError as error:
            if error.errno not in _NO_EXCHANGE:
                raise
            return False
        _sync_folder(target.parent)
        for name in set(files_in(work)) - before:  # written concurrently
            place = target / name
            place.parent.mkdir(parents=True, exist_ok=True)
            (work / name).rename(place if not os.path.lexists(place) else place.with_name(f"{place.name}.kept"))
        shutil.rmtree(work, ignore_errors=True)
    return True


def _only_ours(target: Path, work: Path, own: Owned) -> set[PurePosixPath] | None:
    """The contents of `target` if `work` may replace all of them, else None. Stops at the first foreign file, as there
    may be a disk full of them, or unreadable folders."""
    ours = {*own.stale, *(set(own.replaceable) & set(files_in(work)))}
    found = set()
    with suppress(OSError):
        for name in files_in(target):
            if name not in ours:
                return None
            found.add(name)
        return found
    return None


def _in_use(target: Path) -> bool:
    """Whether another replacement of `target` is running, or the parent process may have it as its current folder."""
    if any(_is_working(each.name) for each in os.scandir(target)):
        return True
    with suppress(OSError):
        return Path(os.path.realpath(Path.cwd())).is_relative_to(target)
    return False


def _exchange(one: Path, other: Path) -> None:
    """Exchanges two folders of one file system in one operation. Raises `OSError` if that is impossible."""
    import ctypes  # most commands replace no folder

    library = ctypes.CDLL(None, use_errno=True)
    names = (os.fsencode(one), os.fsencode(other))
    if sys.platform == "darwin" and hasattr(library, "renamex_np"):
        failed = library.renamex_np(*names, _RENAME_SWAP)
    elif hasattr(library, "renameat2"):
        failed = library.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE)
    else:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    if failed:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(one), None, str(other))


def _put_in_place(target: Path, work: Path, owned: Callable[[Path], Owned], last: str) -> None:
    """Moves `work` into `target` in one operation, and from there its files to their places."""
    _finish(target, owned, last)
    _check(target, list(files_in(work)), owned(target))
    work.rename(target / SWITCH)
    _sync_folder(target)
    _finish(target, owned, last)


def _check(target: Path, names: Collection[PurePosixPath], own: Owned) -> None:
    """Raises `OSError` if a foreign entry is in the way of a file."""
    known = {*own.stale, *own.replaceable}
    for name in names:
        place = target / name
        for parent in list(name.parents)[:-1]:
            above = target / parent
            if os.path.lexists(above) and (above.is_symlink() or not above.is_dir()):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(place))
        if place.is_dir() and not place.is_symlink():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(place))
        if os.path.lexists(place) and name not in known:
            raise OccupiedError(errno.EEXIST, os.strerror(errno.EEXIST), str(place))


def _finish(target: Path, owned: Callable[[Path], Owned], last: str) -> None:
    """Puts the files of `SWITCH`, if it exists, in place; files already in place are skipped."""
    switch = target / SWITCH
    if switch.is_symlink() or not switch.is_dir():
        return
    names = sorted(files_in(switch), key=lambda name: (str(name) == last, name))
    own = owned(target)
    _check(target, [name for name in names if not _is(target / name, switch / name)], own)
    for name in sorted(set(own.stale) - set(names), reverse=True):
        (target / name).unlink(missing_ok=True)
        for parent in list(name.parents)[:-1]:
            with suppress(OSError):
                (target / parent).rmdir()
    for name in names:
        place = target / name
        if not _is(place, switch / name):
            place.parent.mkdir(parents=True, exist_ok=True)
            draft = target / f"{_NEW}.{secrets.token_hex(4)}"
            try:
                _link(switch / name, draft)
                draft.replace(place)
            finally:
                draft.unlink(missing_ok=True)
    _sync(target, only=names)
    done = target / f"{_NEW}.{secrets.token_hex(4)}"
    switch.rename(done)
    shutil.rmtree(done, ignore_errors=True)


def _is(one: Path, other: Path) -> bool:
    """Whether two names are the same file, or equal copies on a file system without links."""
    try:
        return os.path.samestat(os.lstat(one), os.lstat(other)) or (
            not one.is_symlink() and filecmp.cmp(one, other, shallow=False)
        )
    except OSError:
        return False


def _link(old: Path, new: Path) -> None:
    try:
        os.link(old, new)
    except OSError:
        shutil.copy2(old, new)


def _sync(folder: Path, only: Collection[PurePosixPath] | None = None) -> None:
    """Flushes the files in `folder`, or `only` some of them, to the disk."""
    names = list(files_in(folder)) if only is None else only
    for name in names:
        descriptor = os.open(folder / name, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    for parent in {folder / name.parent for name in names} | {folder}:
        _sync_folder(parent)


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
