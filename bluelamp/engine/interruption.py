"""Interrupts from the keyboard or the system: running engines complete their operations and save their states.

An engine has a process group of its own, so it receives each interrupt exactly once, from here: to the engine, a second
one means to end at once.
"""

import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from bluelamp.core.signals import handled

_NUMBERS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, the end that a pipeline or a service manager requests, and a closed terminal."""
_REPETITION: Final = 0.5
"""Seconds in which signals count as one: `timeout` sends its signal to the command and then to its group."""


class _Engines:
    """The running engines. One that starts after an interrupt is interrupted at once."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # the handler may run while this thread holds it
        self._running: set[subprocess.Popen[str]] = set()
        self._last: float | None = None
        """The time of the last interrupt."""

    @contextmanager
    def running(self, engine: "subprocess.Popen[str]") -> Iterator[None]:
        """Registers the engine while it runs."""
        with self._lock:
            self._running.add(engine)
            if self._last is not None:
                engine.send_signal(signal.SIGINT)
        try:
            yield
        finally:
            with self._lock:
                self._running.discard(engine)

    def interrupt(self) -> bool:
        """Interrupts every running engine; returns false for a repetition of the last interrupt."""
        with self._lock:
            now = time.monotonic()
            if self._last is not None and now - self._last < _REPETITION:
                return False
            self._last = now
            for engine in self._running:
                engine.send_signal(signal.SIGINT)
            return True

    def begin(self) -> None:
        """Forgets earlier interrupts."""
        self._last = None


_ENGINES: Final = _Engines()
running = _ENGINES.running


@contextmanager
def interruptible() -> Iterator[None]:
    """Within it, an interrupt reaches every engine, and raises `KeyboardInterrupt` in the main thread."""
    _ENGINES.begin()
    with handled(_receive, *_NUMBERS):
        yield


def _receive(_number: int, _frame: FrameType | None) -> None:
    if _ENGINES.interrupt():
        raise KeyboardInterrupt
