"""The errors that the command reports.

BluelampError            an error that the user can fix; printed without a traceback
├── UsageError           invalid usage or settings (exit status 2)
├── EngineError          the engine or the program failed (exit status 1)
└── RehearsalError       the rehearsal cloud cannot be used (exit status 1)
"""

import errno
from collections.abc import Iterable
from enum import IntEnum
from typing import Final


class Status(IntEnum):
    """The command's exit statuses."""

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
"""The statuses, most serious first."""


def worst(statuses: Iterable[Status]) -> Status:
    """The most serious of `statuses`; `DONE` if there are none."""
    return min(statuses, key=WORST_FIRST.index, default=Status.DONE)


class BluelampError(Exception):
    """An error that the user can fix: the problem, and the next step if there is one."""

    status = Status.FAILED

    def __init__(self, message: str, *, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step


class UsageError(BluelampError):
    """Invalid usage or settings."""

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

    A path that cannot be written is invalid usage; a disk that is full or broken is a failure.
    """
    return kind_of(error)(f"{path}: {what}: {error.strerror or error}", next_step=next_step)


def kind_of(error: OSError) -> type[BluelampError]:
    """The class of the error for a file or folder that cannot be written."""
    return BluelampError if error.errno in _FULL else UsageError
