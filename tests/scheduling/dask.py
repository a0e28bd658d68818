"""A Dask scheduler and its workers, each a process of its own."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from bluelamp.rehearsal.store import StoreError
from tests.conftest import COMMAND, Project, environment, held

PATIENCE = 120.0
SCHEDULER = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard")


class Dask:
    """The scheduler's address, and the workers by name."""

    def __init__(self, folder: Path, stack: ExitStack, address: str) -> None:
        self.address, self._folder, self._stack = address, folder, stack
        self.workers: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, project: Path) -> None:
        """Starts a worker in `project` and returns when it is connected."""
        log = self._folder / f"{name}.log"
        words = ["dask_worker", self.address, "--host", "127.0.0.1", "--no-nanny", "--nthreads", "1", "--no-dashboard"]
        self.workers[name] = self._stack.enter_context(started(words, project, log))
        until(lambda: b"Registered to" in log.read_bytes(), f"{name} is connected")

    def has(self) -> dict[str, list[int]]:
        """The child processes of each worker that still run."""
        return {name: children(each.pid) for name, each in self.workers.items() if each.poll() is None}


@contextmanager
def dask(folder: Path) -> Iterator[Dask]:
    """A scheduler without workers; all its processes end with the block."""
    with ExitStack() as stack:
        stack.enter_context(started(scheduler(folder), folder, folder / "scheduler.log"))
        yield Dask(folder, stack, address(folder))


def scheduler(folder: Path, *words: str) -> list[str]:
    """The command of a scheduler that writes its address into a file in `folder`."""
    return ["dask_scheduler", *SCHEDULER, *words, "--scheduler-file", str(folder / "scheduler.json")]


def address(folder: Path) -> str:
    """The address of the scheduler started with that file, once it is available."""
    file = folder / "scheduler.json"
    until(lambda: file.is_file() and file.read_text().rstrip().endswith("}"), "the scheduler is there")
    found: str = json.loads(file.read_text())["address"]
    return found


@contextmanager
def started(
    words: list[str], folder: Path, log: Path, variables: Mapping[str, str] | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """One of Dask's own commands in `folder`, in a process group of its own."""
    module, *rest = words
    with log.open("wb") as out:
        child = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{module}", *rest],
            cwd=folder,
            env=environment(**(variables or {})),
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        yield child
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()


def until(true: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """Returns once `true()` is true."""
    deadline = time.monotonic() + patience
    while not true():
        assert time.monotonic() < deadline, f"not so after {patience} s: {what}"
        threading.Event().wait(0.02)


def children(pid: int) -> list[int]:
    """The children of a process."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(each) for each in task.read_text().split()]
        except OSError:
            continue
    return found


def is_there(pid: int) -> bool:
    """Whether a process still runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def running(project: Project, there: Dask, *words: str) -> Iterator["subprocess.Popen[str]"]:
    """The command, running on the scheduler's workers."""
    with subprocess.Popen(
        [str(COMMAND), *words, "--scheduler", there.address],
        cwd=project.root,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        stdin=subprocess.DEVNULL,
    ) as child:
        try:
            yield child
        finally:
            child.kill()


def kill_the_busy_one(there: Dask) -> int:
    """Kills the busy worker without warning; returns the process that does its work."""
    (name,) = [name for name, pids in there.has().items() if pids]
    (busy,) = there.has()[name]
    there.workers[name].send_signal(signal.SIGKILL)
    return busy


def holds_something(root: Path) -> bool:
    """Whether the rehearsal cloud of the project holds a resource."""
    with suppress(StoreError, OSError):
        return held(root) > 0
    return False
