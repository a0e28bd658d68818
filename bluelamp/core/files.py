"""Reading and writing files safely: regular files of a bounded size in, whole files or nothing out."""

import os
import stat
import threading
from pathlib import Path
from typing import Final

PRIVATE_FILE: Final = 0o600
"""The mode of a file that only its owner may read."""
PRIVATE_FOLDER: Final = 0o700
"""The mode of a folder that only its owner may enter."""


class FileRefusedError(OSError):
    """A path that is not read: not a regular file, or too large. `strerror` gives the reason."""


def read(path: Path, limit: int) -> bytes:
    """The content of the regular file at `path`, of at most `limit` bytes.

    FIFOs, sockets and devices are refused without opening them, so a FIFO nobody writes to does not block. Raises
    `FileRefusedError` for those and for a file of more than `limit` bytes, `OSError` where the file cannot be read.
    """
    _check(path.stat().st_mode, path)
    # Not to block on a FIFO that takes the file's place in between; what was opened is checked again.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as stream:
        about = os.fstat(descriptor)
        _check(about.st_mode, path)
        content = stream.read(limit + 1) if about.st_size <= limit else b""
    if max(len(content), about.st_size) > limit:
        raise FileRefusedError(0, f"is larger than {limit:,} bytes", str(path))
    return content


def _check(mode: int, path: Path) -> None:
    if stat.S_ISDIR(mode):
        raise FileRefusedError(0, "is a folder", str(path))
    if not stat.S_ISREG(mode):
        raise FileRefusedError(0, "is not a regular file", str(path))


def replace(path: Path, content: str | bytes, *, mode: int | None = None) -> None:
    """Replaces the file at `path` by `content` (text as UTF-8) in one step; its folder is made where there is none.

    `mode` is the new file's permissions, by default what the process's umask leaves. Raises `OSError` where the file
    cannot be written; the file that was there is then unchanged.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Several forces are worked on at once, in threads that may write the same file.
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode or 0o666), "wb") as stream:
            stream.write(content.encode() if isinstance(content, str) else content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
