"""Runs in a Dask worker. Each unit of work has its own process, as the SDK keeps one program's state per process."""

import asyncio
import pickle
import signal
import subprocess
import sys
import threading
from typing import Any, Final

from bluelamp.distributed.jobs import IdentifyJob, Interrupted, Task
from bluelamp.errors import BluelampError
from bluelamp.fleet.processes import how_ended

_WORDS: Final = (sys.executable, "-m", "bluelamp.distributed.child")
_TOKEN_SECONDS: Final = 5.0
_running: Final[dict[str, set["subprocess.Popen[bytes]"]]] = {}
_lock: Final = threading.Lock()


async def identify() -> Any:
    """The identity of this worker, or the error that prevents it from working."""
    child = await asyncio.create_subprocess_exec(
        *_WORDS, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, start_new_session=True
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(pickle.dumps(Task(IdentifyJob())))
    await child.stdin.drain()
    output = await child.stdout.read()
    child.stdin.close()
    await child.wait()
    return pickle.loads(output)[1] if output else RuntimeError("its process ended without an answer")  # noqa: S301 - ours


def run_task(run: str, token: str, task: bytes) -> tuple[str, bytes]:
    """The worker's address, and a pickled pair: whether the work succeeded, and its result or error.

    A pickled task with a `token` runs only if this worker takes the token from the queue of that name, so it runs at
    most once: Dask restarts the task of a lost worker even if the first attempt is still running.
    """
    from distributed import get_worker

    address = get_worker().address
    if token and not _taken(token):
        return address, pickle.dumps((True, Interrupted("its worker was lost")))
    child = subprocess.Popen(_WORDS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
    with _lock:
        _running.setdefault(run, set()).add(child)
    try:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(task)
        child.stdin.flush()
        output = child.stdout.read()
        child.stdin.close()
        code = child.wait()
    finally:
        with _lock:
            _running[run].discard(child)
    if output:
        return address, output
    why = f"its process ended without an answer ({how_ended(code)})"
    return address, pickle.dumps((True, Interrupted(why)) if token else (False, BluelampError(why)))


def _taken(token: str) -> bool:
    from distributed import Queue, get_client

    try:
        Queue(token, client=get_client()).get(timeout=_TOKEN_SECONDS)
    except TimeoutError:
        return False
    return True


def stop(run: str) -> None:
    """Interrupts this worker's part of a run gracefully."""
    with _lock:
        for child in _running.get(run, ()):
            child.send_signal(signal.SIGINT)
