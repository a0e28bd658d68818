"""Waiting for locks of other commands, with progress messages."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event
from time import monotonic
from typing import Final

SHORT: Final = 3.0
"""Seconds that every command waits, in case the other is about to end."""
_REPORT_AFTER: Final = 1.0
"""Seconds of waiting before it is reported."""
_PAUSE: Final = 0.05


def _silent(_: str) -> None:
    """Ignores the message."""


@dataclass(frozen=True)
class Patience:
    """Waits of at most `seconds` each, announced to `say`; setting `stopped` in any thread ends all of them."""

    seconds: float = SHORT
    say: Callable[[str], None] = _silent
    stopped: Event = field(default_factory=Event)

    def wait(self, since: float, pause: float) -> bool:
        """Waits for `pause` seconds; returns false at once if the wait since `since` (monotonic) is over."""
        if self.stopped.is_set() or monotonic() - since > self.seconds:
            return False
        return not self.stopped.wait(pause)

    def until(self, ready: Callable[[], bool], reason: Callable[[], str]) -> bool:
        """Waits until `ready`; returns whether it is. A wait of over a second is announced once, with its `reason`."""
        since, announced = monotonic(), False
        while not ready():
            if not announced and self.seconds and monotonic() - since > min(_REPORT_AFTER, self.seconds):
                announced = True
                self.say(reason())
            if not self.wait(since, _PAUSE):
                return False
        return True
