"""What goes wrong, as the command says it.

BluelampError            anything a user can mend; printed without a traceback
├── UsageError           wrong use or wrong settings (exit status 2)
├── EngineError          the engine or the program failed (exit status 1)
└── RehearsalError       the rehearsal cloud cannot be used (exit status 1)
"""

from collections.abc import Iterable
from enum import IntEnum


class Status(IntEnum):
    """What the command's exit status means."""

    DONE = 0
    FAILED = 1
    WRONG_USE = 2
    RULES_BROKEN = 3
    CHANGES_FOUND = 4


def worst(statuses: Iterable[Status]) -> Status:
    """The status that the command ends with: what failed outweighs broken rules, and those outweigh changes."""
    order = (Status.FAILED, Status.WRONG_USE, Status.RULES_BROKEN, Status.CHANGES_FOUND)
    found = set(statuses)
    return next((status for status in order if status in found), Status.DONE)


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
