"""Distinguishes a user's interrupt from an exception that a rule raises.

A signal handler raises in whatever code is running. While rules run, the handlers are wrapped: an exception from a
handler is recorded and stops the run. Any other exception in a rule, including `KeyboardInterrupt` and `SystemExit`, is
an error of the rule. Python runs signal handlers in the main thread only, so other threads have no interrupts.
"""

import signal
import threading
from collections.abc import Callable
from typing import Any, Final

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """A context manager; `raised` is the exception that a signal handler raised, None without a signal."""

    def __init__(self) -> None:
        self.raised: BaseException | None = None
        self._handlers: dict[int, Callable[[int, Any], Any]] = {}

    def __enter__(self) -> "Interrupts":
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                handler = signal.getsignal(number)
                if callable(handler):
                    self._handlers[number] = handler
                    signal.signal(number, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._handlers.items():
            if signal.getsignal(number) == self._handle:
                signal.signal(number, handler)

    def check(self) -> None:
        """Raises the signal handler's exception again, even if a rule has caught it."""
        if self.raised is not None:
            raise self.raised

    def _handle(self, number: int, frame: Any) -> None:
        try:
            self._handlers[number](number, frame)
        except BaseException as error:
            self.raised = error
            raise
