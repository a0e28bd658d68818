"""What goes wrong, as the command says it.

BluelampError            anything a user can mend; printed without a traceback
├── UsageError           wrong use or wrong settings (exit status 2)
├── EngineError          the engine or the program failed (exit status 1)
└── RehearsalError       the rehearsal cloud cannot be used (exit status 1)
"""

import errno
from collections.abc import Iterable
from enum import IntEnum
from typing import Final


class Status(IntEnum):
    """What the command's exit status means."""

    DONE = 0
    FAILED = 1
    WRONG_USE = 2
    RULES_BROKEN = 3
    CHANGES_FOUND = 4


WORST_FIRST: Final = (
    Status.FAILED,
    Status.WRONG_USE,
    Status.RULES_BROKEN,
    Status.CHANGES_FOUND,
    Status.DONE,
)
"""The statuses, the most serious first."""


def worst(statuses: Iterable[Status]) -> Status:
    """The most serious of `statuses`, with which the command ends; `DONE` where there are none."""
    return min(statuses, key=WORST_FIRST.index, default=Status.DONE)


class BluelampError(Exception):
    """Something a user can mend: what is wrong, and the next step where there is one."""

    status = Status.FAILED

    def __init__(self, message: str, *, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step


class UsageError(BluelampError):
    """Wrong use or wrong settings."""

    status = Status.WRONG_USE


class EngineError(BluelampError):
    """The engine or the program failed."""


class RehearsalError(BluelampError):
    """The rehearsal cloud cannot be used."""


_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def unwritable(
    path: object,
    error: OSError,
    next_step: str = "name a folder that can be written",
    *,
    what: str = "cannot be written",
) -> BluelampError:
    """The error for a file or folder that the user has named and that cannot be written.

    A place that cannot be written is wrong use; a disk that is full or broken is a failure.
    """
    return kind_of(error)(f"{path}: {what}: {error.strerror or error}", next_step=next_step)


def kind_of(error: OSError) -> type[BluelampError]:
    """The kind of the error for what cannot be written."""
    return BluelampError if error.errno in _FULL else UsageError
