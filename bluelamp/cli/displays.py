"""Progress displays. A terminal shows one at a time, on lines of its own.

A display redraws its lines in place. Other output to the same terminal, on either stream, must not mix with them:
`paused` removes the display from the terminal and redraws it afterwards.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Protocol


class Display(Protocol):
    """A display that can be drawn and removed repeatedly."""

    def start(self) -> None:
        """Draws it."""

    def stop(self) -> None:
        """Removes it from the terminal."""


_lock = RLock()
_open: list[Display] = []
"""The active displays, innermost last; only the innermost is drawn."""
_pauses = 0


@contextmanager
def drawn(display: Display) -> Iterator[None]:
    """Draws `display`; an enclosing display is removed until this one ends."""
    with _lock:
        _remove()
        _open.append(display)
        _draw()
    try:
        yield
    finally:
        with _lock:
            display.stop()
            _open.remove(display)
            _draw()


@contextmanager
def paused() -> Iterator[None]:
    """Suspends all displays; other threads that write are blocked. May be nested."""
    global _pauses  # noqa: PLW0603 - a terminal is one for the process
    with _lock:
        _remove()
        _pauses += 1
        try:
            yield
        finally:
            _pauses -= 1
            _draw()


def _forget() -> None:
    """Resets displays in a forked process: the parent draws, and may hold the lock."""
    global _lock, _pauses
    _lock, _pauses = RLock(), 0
    _open.clear()


os.register_at_fork(after_in_child=_forget)


def _remove() -> None:
    if _open and not _pauses:
        _open[-1].stop()


def _draw() -> None:
    if _open and not _pauses:
        _open[-1].start()
