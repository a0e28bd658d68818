"""The side of the command: which workers may do the work, and what becomes of each force."""

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
_LOOK: Final = 1.0
"""Seconds between two looks at which workers are there."""
_ALONE: Final = 30.0
"""Seconds that work waits for a worker that may do it, once there is none."""
_MOST: Final = 5
_LOCAL: Final = re.compile(r"127\.|localhost$|\[::1\]$")


class Cluster:
    """The workers of a Dask scheduler that may do the work. Every method may be called from several threads."""

    def __init__(self, screen: Screen, client: "Client", address: str, root: Path, *, rehearse: bool) -> None:
        self._screen, self._client, self.address, self._root = screen, client, address, root
        self._rehearse = rehearse
        self._run = f"bluelamp-{secrets.token_hex(8)}"
        self._own = identity(root)
        self._may: set[str] = set()
        self._may_not: dict[str, str] = {}
        self._lock = Lock()
        self._stopped = Event()

    @property
    def slots(self) -> int:
        """How many forces the accepted workers can work on at a time."""
        threads = {address: int(each["nthreads"]) for address, each in self._there().items()}
        return max(1, sum(threads.get(address, 0) for address in self._may))

    def look(self) -> set[str]:
        """The addresses of the workers that may do the work, of those that are there now.

        Each new worker reports its identity. A worker that may not do the work is named on stderr, once.
        """
        with self._lock:
            there = set(self._there())
            fresh = sorted(there - self._may - self._may_not.keys())
            if fresh:
                said = self._client.run(worker.identify, workers=fresh, on_error="return")
                for address in fresh:
                    self._judge(address, said.get(address))
            self._may &= there
            # A worker that comes back at an address reports its identity again.
            self._may_not = {address: why for address, why in self._may_not.items() if address in there}
            return set(self._may)

    def refused(self) -> dict[str, str]:
        """Why workers may not do the work, by address."""
        return dict(self._may_not)

    def perform(self, job: Job) -> Any:
        """What the job gives, done by one of the workers. Raises what it raises there.

        A job that changes nothing is done again where its worker is lost. One that may change something is begun once
        at most: `Interrupted` where it is not known how far it came. Raises `BluelampError` where no worker may do it.
        """
        token = f"{self._run}-{job.force}" if job.changes else ""
        if token:
            self._queue(token).put(job.force)
        task = Task(job, replace(self._own, digests=identity(self._root, job.force).digests), self._rehearse)
        while True:
            try:
                address, right, answer = self._submitted(task, token)
            except OSError as error:
                # Dask's errors of connections are among these.
                if token:
                    return Interrupted(f"the scheduler was lost ({type(error).__name__})")
                raise BluelampError(
                    f"{job.force}: the scheduler {self.address} was lost", next_step="run the same command again"
                ) from None
            if isinstance(answer, Refused):
                self._refuse(address, "; ".join(answer.differences))
                if token:
                    # It was taken, and nothing was begun.
                    self._queue(token).put(job.force)
                continue
            if not right:
                raise answer
            return answer

    def stop(self) -> None:
        """Interrupts all work of this run, in an orderly way; what has not begun is not begun."""
        self._stopped.set()
        with suppress(Exception):
            self._client.run(worker.stop, self._run, workers=sorted(self._there()), on_error="ignore")

    def _submitted(self, task: Task, token: str) -> tuple[str, bool, Any]:
        from distributed import KilledWorker
        from distributed.client import FutureCancelledError

        name, alone = task.job.force, 0.0
        while not self._stopped.is_set():
            may = self.look()
            if not may:
                alone = alone or time.monotonic()
                if time.monotonic() - alone > _ALONE:
                    raise self.nobody()
                self._stopped.wait(_LOOK)
                continue
            alone = 0.0
            future = self._client.submit(
                _courier(), self._run, token, pickle.dumps(task), workers=sorted(may), pure=False, retries=0
            )
            try:
                while not self._stopped.is_set() and (may & self._there().keys()):
                    with suppress(TimeoutError):
                        return _read(future.result(timeout=_LOOK))
                if not token:
                    continue
                # Stopped, or no worker is left that may have begun it: wait for the result of what still runs.
                with suppress(TimeoutError):
                    return _read(future.result(timeout=_ALONE if self._stopped.is_set() else _LOOK))
            except (KilledWorker, FutureCancelledError) as error:
                if not token:
                    raise BluelampError(
                        f"{name}: the workers that had it were lost, one after the other ({type(error).__name__})",
                        next_step="look into the workers' logs: they may be short of memory",
                    ) from None
            except (OSError, BluelampError):
                raise
            except Exception as error:
                raise BluelampError(
                    f"{name}: the scheduler or its worker failed: {type(error).__name__}: {first_line(error)}",
                    next_step="start scheduler and workers from the same environment, and look into their logs",
                ) from None
            finally:
                future.cancel()
            if self._begun(token):
                return "", True, Interrupted("its worker was lost")
        if token and self._begun(token):
            return "", True, Interrupted("it was interrupted")
        return "", True, Interrupted("it was interrupted before it began")

    def _begun(self, token: str) -> bool:
        """Whether a worker has taken the token. Where none has, it is put back: nobody else takes it meanwhile."""
        if not token:
            return False
        queue = self._queue(token)
        try:
            queue.get(timeout=_LOOK)
        except TimeoutError:
            return True
        queue.put(token)
        return False

    def _queue(self, name: str) -> Any:
        from distributed import Queue

        return Queue(name, client=self._client, maxsize=1)

    def _there(self) -> dict[str, Any]:
        return dict(self._client.scheduler_info(n_workers=-1)["workers"])

    def _judge(self, address: str, said: Any) -> None:
        if isinstance(said, Identity):
            differences = self._own.differences(said, same_folder=self._rehearse)
            if not differences:
                self._may.add(address)
                return
            self._tell(address, "; ".join(differences))
        elif isinstance(said, ModuleNotFoundError):
            self._tell(address, "Bluelamp is not installed there")
        elif said is not None:
            self._tell(address, getattr(said, "message", "") or str(said) or type(said).__name__)

    def _refuse(self, address: str, why: str) -> None:
        with self._lock:
            self._may.discard(address)
            self._tell(address, why)

    def _tell(self, address: str, why: str) -> None:
        if address not in self._may_not:
            self._may_not[address] = why
            self._screen.warn(f"{address}: not used: {why}")

    def nobody(self) -> BluelampError:
        """The error that no worker may do the work."""
        named = [f"{address}: {why}" for address, why in self._may_not.items()]
        why = f": {first_of(named, _MOST)}" if named else ": it has none"
        return BluelampError(
            f"the scheduler {self.address} has no worker that may do the work{why}",
            next_step="start workers in checkouts of the same commit, with the same lock file: dask worker "
            + self.address,
        )


def _courier() -> Callable[[str, str, bytes], tuple[str, bytes]]:
    """What calls `worker.perform` on a worker.

    Dask's scheduler unpickles what it hands on. A function inside a function travels by value, so that the scheduler
    needs no Bluelamp, nor one of the same version.
    """

    def carry(run: str, token: str, task: bytes) -> tuple[str, bytes]:
        from bluelamp.distributed import worker

        return worker.perform(run, token, task)

    return carry


def _read(answer: tuple[str, bytes]) -> tuple[str, bool, Any]:
    address, said = answer
    right, value = pickle.loads(said)  # noqa: S301 - from a worker that the command chose
    return address, right, value


def first_line(error: BaseException) -> str:
    """The first line of an error's text."""
    return next(iter(str(error).splitlines()), "")


@contextmanager
def workers(screen: Screen, address: str, root: Path, *, rehearse: bool) -> Iterator[Cluster]:
    """The workers of the scheduler at `address` (`tcp://HOST:PORT`, or `tls://` with Dask's own configuration of TLS).

    With `rehearse` they have to work in this very folder, where the rehearsal is. Raises `UsageError` for what is no
    address and where Dask is not installed, and `BluelampError` where the scheduler does not answer, its TLS is not
    configured, or no worker may do the work.
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
        there = Cluster(screen, client, address, root, rehearse=rehearse)
        if not there.look():
            raise there.nobody()
        screen.say(
            escape(f"scheduler {address}: {len(there.look())} of {len(there.look() | there.refused().keys())} workers")
        )
        yield there


def refuse_address(address: str) -> None:
    """Raises `UsageError` where `address` is none, or Dask is not installed."""
    found = _ADDRESS.fullmatch(address)
    if not found or not 0 < int(found[3]) < 65536:
        raise UsageError(
            f"--scheduler {address[:60]!r}: not a scheduler's address; allowed: tcp://HOST:PORT, tls://HOST:PORT",
            next_step="take it from the first lines that `dask scheduler` writes",
        )
    if find_spec("distributed") is None:
        raise UsageError(
            "--scheduler needs Dask, which is not installed", next_step="pip install 'bluelamp[dask]', on workers too"
        )
