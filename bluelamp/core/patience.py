"""How long to wait for what another command holds, and who hears of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event
from time import monotonic
from typing import Final

SHORT: Final = 3.0
"""Seconds that every command waits: for one that is about to end."""


def _silent(_: str) -> None:
    """Says nothing."""


@dataclass(frozen=True)
class Patience:
    """Waits of at most `seconds` each, of which `say` hears; setting `stopped` ends all of them, from any thread."""

    seconds: float = SHORT
    say: Callable[[str], None] = _silent
    stopped: Event = field(default_factory=Event)

    def wait(self, since: float, pause: float) -> bool:
        """Waits for `pause` seconds; false, at once, where the wait that began at `since` (monotonic) is over."""
        if self.stopped.is_set() or monotonic() - since > self.seconds:
            return False
        return not self.stopped.wait(pause)
