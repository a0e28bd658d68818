"""Safe file access: reads only regular files of bounded size, and writes files atomically."""

import fcntl
import hashlib
import os
import re
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

PRIVATE_FILE: Final = 0o600
"""The mode of a file that only its owner may read."""
PRIVATE_FOLDER: Final = 0o700
"""The mode of a folder that only its owner may enter."""

_CHUNK: Final = 1 << 20
_DRAFT: Final = re.compile(r"[0-9]+\.[0-9]+\.tmp")


class FileRefusedError(OSError):
    """A path that may not be read: not a regular file, or too large. `strerror` gives the reason."""


def read(path: Path, limit: int) -> bytes:
    """The content of the regular file at `path`, of at most `limit` bytes.

    FIFOs, sockets and devices are refused without opening them, so that a FIFO without a writer does not block. Raises
    `FileRefusedError` for those and for a file of more than `limit` bytes, `OSError` if the file cannot be read.
    """
    with _opened(path) as stream:
        size = os.fstat(stream.fileno()).st_size
        content = stream.read(limit + 1) if size <= limit else b""
    if max(len(content), size) > limit:
        raise FileRefusedError(0, f"is larger than {limit:,} bytes", str(path))
    return content


def head(path: Path, size: int) -> bytes:
    """The first `size` bytes of the regular file at `path`, or all of it. Raises as `read` does."""
    with _opened(path) as stream:
        return stream.read(size)


def digest(path: Path, limit: int) -> tuple[str, int]:
    """The SHA-256, in hex, and the size in bytes of the regular file at `path`, read in blocks.

    For a file of more than `limit` bytes, the digest is empty. Raises as `read` does.
    """
    with _opened(path) as stream:
        size = os.fstat(stream.fileno()).st_size
        if size > limit:
            return "", size
        sha, size = hashlib.sha256(), 0
        while chunk := stream.read(_CHUNK):
            sha.update(chunk)
            size += len(chunk)
            if size > limit:
                return "", size
    return sha.hexdigest(), size


@contextmanager
def _opened(path: Path) -> "Iterator[BinaryIO]":
    _check(path.stat().st_mode, path)
    # Non-blocking, in case a FIFO replaces the file in between; the open file is checked again.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as stream:
        _check(os.fstat(descriptor).st_mode, path)
        yield stream


def check_regular(path: Path) -> None:
    """Raises `FileRefusedError` unless the path is a regular file, `OSError` if it does not exist."""
    _check(path.stat().st_mode, path)


def _check(mode: int, path: Path) -> None:
    if stat.S_ISDIR(mode):
        raise FileRefusedError(0, "is a folder", str(path))
    if not stat.S_ISREG(mode):
        raise FileRefusedError(0, "is not a regular file", str(path))


def replace(path: Path, content: str | bytes, *, mode: int | None = None) -> None:
    """Replaces the file at `path` by `content` (text as UTF-8) atomically; creates its folder if missing.

    `mode` is the new file's permissions, by default those of the process's umask. Raises `OSError` if the file cannot
    be written; the existing file is then unchanged. Temporary files of killed processes are removed by the next write
    of the same file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _draft(path, content, mode) as temporary:
        temporary.replace(path)


def create(path: Path, content: str | bytes, *, mode: int | None = None) -> None:
    """Writes `content` to the new file `path` atomically; raises `FileExistsError` if it exists.

    Otherwise as `replace`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _draft(path, content, mode) as temporary:
        os.link(temporary, path)  # fails if the path exists; a rename would replace it


@contextmanager
def _draft(path: Path, content: str | bytes, mode: int | None) -> "Iterator[Path]":
    """A temporary file beside `path` with `content`, removed afterwards unless it was renamed."""
    # Threads that work on several forces may write the same file.
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    _remove_left(path)
    try:
        with _locked(temporary, mode or 0o666) as stream:
            stream.write(content.encode() if isinstance(content, str) else content)
            stream.flush()
            os.fsync(stream.fileno())
            yield temporary
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _locked(path: Path, mode: int) -> "Iterator[BinaryIO]":
    """A new file at `path`, locked to show other processes that it is in use."""
    while True:
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with os.fdopen(descriptor, "wb") as stream:
            lock(descriptor)
            # Another process may have removed the file as left over before it was locked.
            if same(path, descriptor):
                yield stream
                return


def _remove_left(path: Path) -> None:
    """Removes unlocked temporary files of `path`, which killed processes have left."""
    prefix = f".{path.name}."
    for name in os.listdir(path.parent):  # noqa: PTH208 - half the time of creating a path for each
        if name.startswith(prefix) and _DRAFT.fullmatch(name[len(prefix) :]):
            remove_unlocked(path.parent / name, Path.unlink)


def remove_unlocked(path: Path, remove: Callable[[Path], None]) -> None:
    """Calls `remove` with `path` if no process has it locked; ignores failures."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if same(path, descriptor):
                remove(path)
        finally:
            os.close(descriptor)


def lock(descriptor: int) -> None:
    """Locks a file or folder until it is closed, if its file system supports it; waits for other holders."""
    with suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def same(path: Path, descriptor: int) -> bool:
    """Whether `path` is still the opened file."""
    try:
        return os.path.samestat(os.lstat(path), os.fstat(descriptor))
    except OSError:
        return False
