"""The command's side of distributed work: selects the workers and collects their results."""

import logging
import pickle
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Lock
from typing import TYPE_CHECKING, Any, Final

from bluelamp.cli.screen import Screen, escape
from bluelamp.core.text import first_of
from bluelamp.distributed import worker
from bluelamp.distributed.identity import Identity, identity
from bluelamp.distributed.jobs import Interrupted, Job, Refused, Task
from bluelamp.errors import BluelampError, UsageError

if TYPE_CHECKING:
    from distributed import Client

_ADDRESS: Final = re.compile(r"(tcp|tls)://([A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\]):([0-9]{1,5})")
_CONNECT_SECONDS: Final = 10
_POLL_SECONDS: Final = 1.0
"""Seconds between two checks of the available workers."""
_WAIT_SECONDS: Final = 30.0
"""Seconds that work waits for an accepted worker."""
_MOST: Final = 5
_LOCAL: Final = re.compile(r"127\.|localhost$|\[::1\]$")


class Cluster:
    """The accepted workers of a Dask scheduler. Thread-safe."""

    def __init__(self, screen: Screen, client: "Client", address: str, root: Path, *, rehearse: bool) -> None:
        self._screen, self._client, self.address, self._root = screen, client, address, root
        self._rehearse = rehearse
        self._run = f"bluelamp-{secrets.token_hex(8)}"
        self._own = identity(root)
        self._accepted: set[str] = set()
        self._rejected: dict[str, str] = {}
        self._lock = Lock()
        self._stopped = Event()

    @property
    def slots(self) -> int:
        """How many forces the accepted workers can work on at a time."""
        threads = {address: int(each["nthreads"]) for address, each in self._available().items()}
        return max(1, sum(threads.get(address, 0) for address in self._accepted))

    def accepted(self) -> set[str]:
        """The addresses of the accepted workers that are available now.

        Each new worker reports its identity. A rejected worker is reported on stderr once.
        """
        with self._lock:
            available = set(self._available())
            new = sorted(available - self._accepted - self._rejected.keys())
            if new:
                answer = self._client.run(worker.identify, workers=new, on_error="return")
                for address in new:
                    self._assess(address, answer.get(address))
            self._accepted &= available
            # A worker that returns at the same address reports its identity again.
            self._rejected = {address: why for address, why in self._rejected.items() if address in available}
            return set(self._accepted)

    def rejected(self) -> dict[str, str]:
        """The reasons why workers were rejected, by address."""
        return dict(self._rejected)

    def run(self, job: Job) -> Any:
        """Runs the job on a worker and returns its result. Raises what the job raises.

        A job without changes is retried if its worker is lost. A job with changes starts at most once; the result is
        `Interrupted` if its progress is unknown. Raises `BluelampError` if no worker is accepted.
        """
        token = f"{self._run}-{job.force}" if job.changes else ""
        if token:
            self._queue(token).put(job.force)
        task = Task(job, replace(self._own, digests=identity(self._root, job.force).digests), self._rehearse)
        while True:
            try:
                address, right, answer = self._submitted(task, token)
            except OSError as error:
                # Dask's connection errors are a subclass.
                if token:
                    return Interrupted(f"the scheduler was lost ({type(error).__name__})")
                raise BluelampError(
                    f"{job.force}: the scheduler {self.address} was lost", next_step="run the same command again"
                ) from None
            if isinstance(answer, Refused):
                self._refuse(address, "; ".join(answer.differences))
                if token:
                    # The token was taken, but no work was started.
                    self._queue(token).put(job.force)
                continue
            if not right:
                raise answer
            return answer

    def stop(self) -> None:
        """Interrupts all work of this run gracefully; waiting work does not start."""
        self._stopped.set()
        with suppress(Exception):
            self._client.run(worker.stop, self._run, workers=sorted(self._available()), on_error="ignore")

    def _submitted(self, task: Task, token: str) -> tuple[str, bool, Any]:
        from distributed import KilledWorker
        from distributed.client import FutureCancelledError

        name, waiting_since = task.job.force, 0.0
        while not self._stopped.is_set():
            accepted = self.accepted()
            if not accepted:
                waiting_since = waiting_since or time.monotonic()
                if time.monotonic() - waiting_since > _WAIT_SECONDS:
                    raise self.no_worker()
                self._stopped.wait(_POLL_SECONDS)
                continue
            waiting_since = 0.0
            future = self._client.submit(
                _remote_call(), self._run, token, pickle.dumps(task), workers=sorted(accepted), pure=False, retries=0
            )
            try:
                while not self._stopped.is_set() and (accepted & self._available().keys()):
                    with suppress(TimeoutError):
                        return _read(future.result(timeout=_POLL_SECONDS))
                if not token:
                    continue
                # Stopped, or no worker is left that may have started it: wait for running work.
                with suppress(TimeoutError):
                    return _read(future.result(timeout=_WAIT_SECONDS if self._stopped.is_set() else _POLL_SECONDS))
            except (KilledWorker, FutureCancelledError) as error:
                if not token:
                    raise BluelampError(
                        f"{name}: every worker that ran it was lost ({type(error).__name__})",
                        next_step="check the workers' logs: they may have run out of memory",
                    ) from None
            except (OSError, BluelampError):
                raise
            except Exception as error:
                raise BluelampError(
                    f"{name}: the scheduler or its worker failed: {type(error).__name__}: {first_line(error)}",
                    next_step="start scheduler and workers from the same environment, and check their logs",
                ) from None
            finally:
                future.cancel()
            if self._started(token):
                return "", True, Interrupted("its worker was lost")
        if token and self._started(token):
            return "", True, Interrupted("it was interrupted")
        return "", True, Interrupted("it was interrupted before it started")

    def _started(self, token: str) -> bool:
        """Whether a worker has taken the token. If not, the token is returned to the queue."""
        if not token:
            return False
        queue = self._queue(token)
        try:
            queue.get(timeout=_POLL_SECONDS)
        except TimeoutError:
            return True
        queue.put(token)
        return False

    def _queue(self, name: str) -> Any:
        from distributed import Queue

        return Queue(name, client=self._client, maxsize=1)

    def _available(self) -> dict[str, Any]:
        return dict(self._client.scheduler_info(n_workers=-1)["workers"])

    def _assess(self, address: str, answer: Any) -> None:
        if isinstance(answer, Identity):
            differences = self._own.differences(answer, same_folder=self._rehearse)
            if not differences:
                self._accepted.add(address)
                return
            self._reject(address, "; ".join(differences))
        elif isinstance(answer, ModuleNotFoundError):
            self._reject(address, "Bluelamp is not installed there")
        elif answer is not None:
            self._reject(address, getattr(answer, "message", "") or str(answer) or type(answer).__name__)

    def _refuse(self, address: str, why: str) -> None:
        with self._lock:
            self._accepted.discard(address)
            self._reject(address, why)

    def _reject(self, address: str, why: str) -> None:
        if address not in self._rejected:
            self._rejected[address] = why
            self._screen.warn(f"{address}: not used: {why}")

    def no_worker(self) -> BluelampError:
        """The error that no worker is accepted."""
        named = [f"{address}: {why}" for address, why in self._rejected.items()]
        why = f": {first_of(named, _MOST)}" if named else ": it has no workers"
        return BluelampError(
            f"the scheduler {self.address} has no suitable worker{why}",
            next_step="start workers in checkouts of the same commit, with the same lock file: dask worker "
            + self.address,
        )


def _remote_call() -> Callable[[str, str, bytes], tuple[str, bytes]]:
    """A function that calls `worker.run_task` on a worker.

    Dask's scheduler unpickles what it forwards. A nested function is pickled by value, so the scheduler does not need
    Bluelamp.
    """

    def carry(run: str, token: str, task: bytes) -> tuple[str, bytes]:
        from bluelamp.distributed import worker

        return worker.run_task(run, token, task)

    return carry


def _read(answer: tuple[str, bytes]) -> tuple[str, bool, Any]:
    address, content = answer
    right, value = pickle.loads(content)  # noqa: S301 - from a worker that the command chose
    return address, right, value


def first_line(error: BaseException) -> str:
    """The first line of an error's text."""
    return next(iter(str(error).splitlines()), "")


@contextmanager
def workers(screen: Screen, address: str, root: Path, *, rehearse: bool) -> Iterator[Cluster]:
    """The workers of the scheduler at `address` (`tcp://HOST:PORT`, or `tls://` with Dask's own TLS configuration).

    With `rehearse` they must use this project folder, which contains the rehearsal. Raises `UsageError` for an invalid
    address or if Dask is not installed, and `BluelampError` if the scheduler does not respond, TLS is not configured,
    or no worker is accepted.
    """
    refuse_address(address)
    from distributed import Client

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    if address.startswith("tcp://") and not _LOCAL.match(address.removeprefix("tcp://").rpartition(":")[0]):
        screen.warn(f"{address} is neither encrypted nor authenticated; use tls:// beyond one machine")
    try:
        client = Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError, RuntimeError, TypeError) as error:
        raise BluelampError(
            f"--scheduler {address}: cannot be reached: {first_line(error) or 'no answer'}",
            next_step="start one: dask scheduler; for tls:// set distributed.comm.tls in Dask's configuration",
        ) from None
    with client:
        cluster = Cluster(screen, client, address, root, rehearse=rehearse)
        accepted = cluster.accepted()
        if not accepted:
            raise cluster.no_worker()
        total = len(accepted | cluster.rejected().keys())
        screen.say(escape(f"scheduler {address}: {len(accepted)} of {total} workers"))
        yield cluster


def refuse_address(address: str) -> None:
    """Raises `UsageError` if `address` is invalid or Dask is not installed."""
    found = _ADDRESS.fullmatch(address)
    if not found or not 0 < int(found[3]) < 65536:
        raise UsageError(
            f"--scheduler {address[:60]!r}: not a scheduler's address; allowed: tcp://HOST:PORT, tls://HOST:PORT",
            next_step="copy it from the first lines of `dask scheduler`'s output",
        )
    if find_spec("distributed") is None:
        raise UsageError(
            "--scheduler needs Dask, which is not installed", next_step="pip install 'bluelamp[dask]', on workers too"
        )
