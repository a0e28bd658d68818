"""Telling an interrupt by the user from one that a rule raises.

A signal handler raises in whatever code runs, so while rules run the handlers are wrapped: what a handler raised is
remembered, and stops the run. Everything else that comes out of a rule is the rule's own, `KeyboardInterrupt` and
`SystemExit` among it. Python runs signal handlers in the main thread only; elsewhere, all is the rule's own.
"""

import signal
import threading
from collections.abc import Callable
from typing import Any, Final

_HEARD: Final = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """While it is entered, `raised` is what a signal's handler raised; None while no signal came."""

    def __init__(self) -> None:
        self.raised: BaseException | None = None
        self._before: dict[int, Callable[[int, Any], Any]] = {}

    def __enter__(self) -> "Interrupts":
        if threading.current_thread() is threading.main_thread():
            for number in _HEARD:
                handler = signal.getsignal(number)
                if callable(handler):
                    self._before[number] = handler
                    signal.signal(number, self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            if signal.getsignal(number) == self._hear:
                signal.signal(number, handler)

    def check(self) -> None:
        """Raises again what a signal's handler raised, whatever a rule made of it."""
        if self.raised is not None:
            raise self.raised

    def _hear(self, number: int, frame: Any) -> None:
        try:
            self._before[number](number, frame)
        except BaseException as error:
            self.raised = error
            raise
