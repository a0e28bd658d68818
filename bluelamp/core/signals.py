"""Signals to the process."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def handled(handler: Callable[[int, FrameType | None], None], *numbers: signal.Signals) -> Iterator[None]:
    """Within it, `handler` receives these signals; outside the main thread, which alone can receive any, it does not.

    A signal that is ignored, as in the background of a shell or under `nohup`, stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in numbers}
    received = {number: old for number, old in before.items() if old is not signal.SIG_IGN}
    try:
        for number in received:
            signal.signal(number, handler)
        yield
    finally:
        for number, old in received.items():
            signal.signal(number, old)
