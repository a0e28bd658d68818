"""Claims on rehearsed stacks: one command changes a stack at a time, and several may look at it.

A claim is a lock of the operating system on a file, which ends with the process that holds it.
"""

import errno
import fcntl
import os
import time
from pathlib import Path
from typing import Final

from bluelamp.core.files import PRIVATE_FILE
from bluelamp.errors import RehearsalError

_PATIENCE: Final = 3.0
"""Seconds to wait for another command to end."""
_PAUSE: Final = 0.05
_UNSUPPORTED: Final = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS)


class Claims:
    """The claims of one process, until they are released."""

    def __init__(self) -> None:
        self._held: dict[Path, int] = {}

    def claim(self, path: Path, what: str, *, changing: bool) -> bool:
        """Claims the stack whose lock file is `path`; whether it is claimed for this command alone.

        Raises `RehearsalError` where another command is changing the stack `what`, or where this one is to change it
        and another looks at it.
        """
        if path in self._held:
            return True
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
        deadline = time.monotonic() + _PATIENCE
        while True:
            for mode in (fcntl.LOCK_EX,) if changing else (fcntl.LOCK_EX, fcntl.LOCK_SH):
                if _locked(descriptor, mode):
                    self._held[path] = descriptor
                    return mode == fcntl.LOCK_EX
            if time.monotonic() > deadline:
                os.close(descriptor)
                raise RehearsalError(
                    f"{what} is locked: another command is at work on it",
                    next_step="wait for it to end, then try again",
                )
            time.sleep(_PAUSE)

    def share(self, path: Path) -> None:
        """Lets other commands look at the stack too."""
        _locked(self._held[path], fcntl.LOCK_SH)

    def release(self) -> None:
        """Ends every claim."""
        while self._held:
            os.close(self._held.popitem()[1])


def _locked(descriptor: int, mode: int) -> bool:
    try:
        fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
    except OSError as error:
        # A file system without locks: the engine's own lock is all there is.
        return error.errno in _UNSUPPORTED
    return True
