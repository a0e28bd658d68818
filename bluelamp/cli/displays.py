"""Progress displays, of which a terminal shows one at a time, and never on a line that holds anything else.

A display redraws its lines in place. Whatever else is written to the same terminal, on either stream, therefore goes
between two of its drawings: `paused` removes the display from the terminal and draws it again afterwards.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Protocol


class Display(Protocol):
    """What can be drawn and removed, again and again."""

    def start(self) -> None:
        """Draws it."""

    def stop(self) -> None:
        """Removes it from the terminal."""


_lock = RLock()
_open: list[Display] = []
"""The displays that have begun, the innermost last: only that one is drawn."""
_pauses = 0


@contextmanager
def drawn(display: Display) -> Iterator[None]:
    """Draws `display`; one around it is removed until this one ends."""
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
    """No display is drawn; other threads that would write wait. May be nested."""
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
    """In a process that was forked: its parent draws, and may hold the lock."""
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
