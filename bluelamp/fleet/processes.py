"""Work in several processes, which end with the command, even on Ctrl-C."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pickle import PicklingError
from traceback import format_exc
from types import FrameType
from typing import Any, Final, Generic, TypeVar

from bluelamp.errors import BluelampError

T = TypeVar("T")

_FORK: Final = multiprocessing.get_context("fork")
_AHEAD: Final = 2
"""Items assigned to a worker at a time, so that it never waits for the next one."""


def in_processes(
    work: Callable[[str], T], items: Sequence[str], workers: int, *, first: Collection[str] = ()
) -> Iterator[T]:
    """`work(item)` of every item in `workers` processes, forked from this one; in the order of the items.

    Items in `first`, which take longest, start before the others.

    If the caller is interrupted or stops iterating, or if work raises, the processes are killed without waiting for
    other work. If a process ends without a result, its items are retried once in another process, so work must be
    repeatable. Raises what the work raises, and `BluelampError` if a process ends on the same item again.
    """
    pool: _Pool[T] = _Pool(work, items, first)
    with _Interrupts(pool.kill) as interrupts:
        try:
            for _ in range(workers):
                pool.start()
            interrupts.deliver()
            yield from pool.results()
        finally:
            pool.kill()


@dataclass
class _Worker:
    """A process, the parent's end of its pipe, and its items."""

    process: BaseProcess
    pipe: "Connection[Any, Any]"
    has: deque[int] = field(default_factory=deque)


class _Pool(Generic[T]):
    """Processes with a pipe each. Only the worker holds the other end, so the end of a worker is always detected."""

    def __init__(self, work: Callable[[str], T], items: Sequence[str], first: Collection[str]) -> None:
        self._work = work
        self._items = items
        self._left = deque(sorted(range(len(items)), key=lambda turn: items[turn] not in first))
        self._workers: list[_Worker] = []
        self._done: dict[int, tuple[bool, Any]] = {}
        self._lost: set[int] = set()

    def start(self) -> None:
        """Starts one worker."""
        pipe, other = _FORK.Pipe()
        process = _FORK.Process(target=_serve, args=(self._work, self._items, other, pipe), daemon=True)
        process.start()
        other.close()
        self._workers.append(_Worker(process, pipe))

    def results(self) -> Iterator[T]:
        """The results of the work, in the order of the items; raises the errors of the work."""
        for worker in self._workers:
            self._feed(worker)
        for turn in range(len(self._items)):
            while turn not in self._done:
                self._receive()
            right, answer = self._done.pop(turn)
            if not right:
                raise answer
            yield answer

    def kill(self) -> None:
        """Kills the processes that are still running."""
        for worker in self._workers:
            with suppress(ValueError):
                worker.process.kill()
        for worker in self._workers:
            worker.process.join()
            worker.pipe.close()

    def _receive(self) -> None:
        by_pipe = {worker.pipe: worker for worker in self._workers if worker.has}
        for ready in wait(list(by_pipe)):
            worker = by_pipe[ready]  # type: ignore[index] # only connections are awaited
            try:
                answer = worker.pipe.recv()
            except (EOFError, OSError):
                self._replace(worker)
                continue
            self._done[worker.has.popleft()] = answer
            self._feed(worker)

    def _replace(self, lost: _Worker) -> None:
        """Replaces a worker that has ended; the new worker retries its items."""
        lost.process.join()
        turn = lost.has[0]
        if turn in self._lost:
            how = how_ended(lost.process.exitcode or 0)
            raise BluelampError(
                f"{self._items[turn]}: its process ended twice without a result ({how})",
                next_step="run it with --jobs 1, which needs less memory",
            )
        self._lost.add(turn)
        self._left.extendleft(reversed(lost.has))
        lost.pipe.close()
        self._workers.remove(lost)
        self.start()
        self._feed(self._workers[-1])

    def _feed(self, worker: _Worker) -> None:
        while self._left and len(worker.has) < _AHEAD:
            # A worker that has ended is detected when its result is read.
            with suppress(OSError):
                worker.pipe.send(self._left[0])
            worker.has.append(self._left.popleft())


def how_ended(code: int) -> str:
    """The exit status `code` in words; negative for a signal."""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"status {code}"


def _serve(
    work: Callable[[str], Any], items: Sequence[str], pipe: "Connection[Any, Any]", other: "Connection[Any, Any]"
) -> None:
    """Sends the result for each item number from the pipe, until its other end is closed."""
    other.close()
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            item = items[pipe.recv()]
            try:
                answer = (True, work(item))
            except Exception as error:
                error.add_note(format_exc())
                answer = (False, error)
            try:
                pipe.send(answer)
            except (PicklingError, TypeError, AttributeError):
                pipe.send((False, RuntimeError(format_exc())))


class _Interrupts:
    """Makes the first SIGINT `stop` the work before it is raised, and ignores those that follow it meanwhile.

    A terminal and `timeout` send SIGINT to every process of a group, and `timeout` twice to the first one. A worker
    ignores it, as a `KeyboardInterrupt` in an event loop can leave the loop waiting forever. An interrupt before
    `deliver` is deferred: between a fork and its record, the new process would be missed.
    """

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop
        self._owner = os.getpid()
        self._before: Callable[[int, FrameType | None], Any] | None = None
        self._ready = self._received = False

    def __enter__(self) -> "_Interrupts":
        before = signal.getsignal(signal.SIGINT)
        # If SIGINT is ignored, as in the background of a shell, it stays ignored.
        if callable(before) and threading.current_thread() is threading.main_thread():
            self._before = before
            signal.signal(signal.SIGINT, self._receive_signal)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None and signal.getsignal(signal.SIGINT) == self._receive_signal:
            signal.signal(signal.SIGINT, self._before)

    def deliver(self) -> None:
        """Raises a deferred interrupt now, and later ones at once."""
        self._ready = True
        if self._received:
            self._raise(None)

    def _receive_signal(self, _number: int, frame: FrameType | None) -> None:
        if os.getpid() != self._owner:
            return
        again, self._received = self._received, True
        if self._ready and not again:
            self._raise(frame)

    def _raise(self, frame: FrameType | None) -> None:
        self._stop()
        if self._before is not None:
            self._before(signal.SIGINT, frame)
