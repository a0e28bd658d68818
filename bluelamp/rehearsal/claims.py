"""Claims on rehearsed stacks: one command changes a stack at a time, and several may look at it.

A claim is a lock of the operating system on a file, which ends with the process that holds it. The file says who that
is.
"""

import errno
import fcntl
import json
import os
import socket
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import Final

from bluelamp.core.files import PRIVATE_FILE
from bluelamp.core.patience import Patience
from bluelamp.core.text import printable
from bluelamp.errors import RehearsalError

_PAUSE: Final = 0.05
_TOLD_AFTER: Final = 1.0
"""Seconds of waiting that are not reported, as another command may be about to end."""
_LARGEST: Final = 4_096
_LONGEST: Final = 200
_UNSUPPORTED: Final = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS)


class Claims:
    """The claims of one process, until they are released."""

    def __init__(self) -> None:
        self._held: dict[Path, int] = {}

    def claim(self, path: Path, what: str, *, changing: bool, patience: Patience | None = None) -> bool:
        """Claims the stack whose lock file is `path`; whether it is claimed for this command alone.

        Raises `RehearsalError` where, after the `patience`, another command is still changing the stack `what`, or
        where this one is to change it and another looks at it.
        """
        if path in self._held:
            return True
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
        patience, since, told = patience or Patience(), time.monotonic(), False
        while True:
            for mode in (fcntl.LOCK_EX,) if changing else (fcntl.LOCK_EX, fcntl.LOCK_SH):
                if _locked(descriptor, mode):
                    self._held[path] = descriptor
                    if mode == fcntl.LOCK_EX:
                        _sign(descriptor)
                    return mode == fcntl.LOCK_EX
            if not told and patience.seconds and time.monotonic() - since > min(_TOLD_AFTER, patience.seconds):
                told = True
                patience.say(f"{what} is locked: another command is at work on it{_holder(descriptor)}; waiting")
            if not patience.wait(since, _PAUSE):
                holder = _holder(descriptor)
                os.close(descriptor)
                raise RehearsalError(
                    f"{what} is locked: another command is at work on it{holder}",
                    next_step="wait for it to end, then try again",
                )

    def share(self, path: Path) -> None:
        """Allows other commands to read the stack."""
        _locked(self._held[path], fcntl.LOCK_SH)

    def release(self) -> None:
        """Ends every claim."""
        while self._held:
            os.close(self._held.popitem()[1])


def _locked(descriptor: int, mode: int) -> bool:
    try:
        fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
    except OSError as error:
        # A file system without locks: only the engine's own lock protects the stack.
        return error.errno in _UNSUPPORTED
    return True


def _sign(descriptor: int) -> None:
    """Writes the holder into the file; the claim is valid even if the disk is full."""
    user = ""
    with suppress(OSError, KeyError, ImportError):
        user = getuser()
    verb = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    said = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "user": user,
        "command": f"bluelamp {verb}".strip()[:60],
        "since": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(said).encode(), 0)


def _holder(descriptor: int) -> str:
    """The holder of the file, in brackets; empty if unknown."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        said = json.loads(os.pread(descriptor, _LARGEST, 0))
        told = (
            f"{said['command']}, process {int(said['pid'])} of {said['user']} on {said['host']}, since {said['since']}"
        )
        return f" ({printable(told)[:_LONGEST]})"
    return ""
