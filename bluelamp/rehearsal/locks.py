"""Locks on rehearsed stacks: exclusive for a command that changes a stack, shared for commands that read it.

A lock is an operating system lock on a file and ends with the process. The file contains the holder.
"""

import errno
import fcntl
import json
import os
import socket
import sys
from contextlib import suppress
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import Final

from bluelamp.core.files import PRIVATE_FILE
from bluelamp.core.patience import Patience
from bluelamp.core.text import printable
from bluelamp.errors import RehearsalError

_LARGEST: Final = 4_096
_LONGEST: Final = 200
_UNSUPPORTED: Final = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS)


class Locks:
    """The locks of one process, until they are released."""

    def __init__(self) -> None:
        self._held: dict[Path, int] = {}

    def acquire(self, path: Path, what: str, *, changing: bool, patience: Patience | None = None) -> bool:
        """Locks the stack `what` by its lock file `path`; returns whether the lock is exclusive.

        Waits according to `patience`. Raises `RehearsalError` if another command still holds a conflicting lock.
        """
        if path in self._held:
            return True
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
        modes = (fcntl.LOCK_EX,) if changing else (fcntl.LOCK_EX, fcntl.LOCK_SH)
        mode: int | None = None

        def locked() -> bool:
            nonlocal mode
            mode = next((each for each in modes if _locked(descriptor, each)), None)
            return mode is not None

        def reason() -> str:
            return f"{what} is locked by another command{_holder(descriptor)}"

        if not (patience or Patience()).until(locked, lambda: f"{reason()}; waiting"):
            problem = reason()
            os.close(descriptor)
            raise RehearsalError(problem, next_step="wait for it to end, then try again")
        self._held[path] = descriptor
        if mode == fcntl.LOCK_EX:
            _sign(descriptor)
        return mode == fcntl.LOCK_EX

    def share(self, path: Path) -> None:
        """Downgrades the lock, so that other commands can read the stack."""
        _locked(self._held[path], fcntl.LOCK_SH)

    def release(self) -> None:
        """Releases every lock."""
        while self._held:
            os.close(self._held.popitem()[1])


def _locked(descriptor: int, mode: int) -> bool:
    try:
        fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
    except OSError as error:
        # On a file system without locks, only the engine's own lock protects the stack.
        return error.errno in _UNSUPPORTED
    return True


def _sign(descriptor: int) -> None:
    """Writes the holder into the file. The lock is valid even if the disk is full."""
    user = ""
    with suppress(OSError, KeyError, ImportError):
        user = getuser()
    verb = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    holder = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "user": user,
        "command": f"bluelamp {verb}".strip()[:60],
        "since": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(holder).encode(), 0)


def _holder(descriptor: int) -> str:
    """The holder of the file, in brackets; empty if unknown."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        holder = json.loads(os.pread(descriptor, _LARGEST, 0))
        process = f"process {int(holder['pid'])} of {holder['user']} on {holder['host']}"
        text = f"{holder['command']}, {process}, since {holder['since']}"
        return f" ({printable(text)[:_LONGEST]})"
    return ""
