"""Runs a program with bounded time and output, without a shell or a terminal."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final

_GRACE: Final = 1.0
"""Seconds that pipes may stay open after the program has ended; its remaining child processes are then killed."""
_CHUNK: Final = 1 << 16


class ProcessError(OSError):
    """A program that did not end in time or wrote too much. `strerror` gives the reason."""


@dataclass(frozen=True)
class Ended:
    """The result of a program: its exit status (negative: the signal that killed it) and its outputs."""

    status: int
    output: bytes
    errors: bytes

    @property
    def complaint(self) -> str:
        """The last line of its standard error, or empty."""
        lines = [line.strip() for line in self.errors.decode("utf-8", "replace").splitlines() if line.strip()]
        return lines[-1] if lines else ""


def run(
    words: Sequence[str],
    *,
    seconds: float,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    limit: int = 64_000_000,
    given: bytes = b"",
) -> Ended:
    """Runs the program `words` for at most `seconds` and keeps at most `limit` bytes of each of its outputs.

    Its standard input is `given`; it has no controlling terminal and no shell. Its child processes end with it. Raises
    `ProcessError` if it does not end in time or writes more than `limit`, `OSError` if it cannot be started.
    """
    if any("\0" in word for word in words):
        raise ProcessError(0, "a NUL character cannot be in a command")
    with (
        _input(given) as stdin,
        subprocess.Popen(
            words,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env=None if env is None else dict(env),
            start_new_session=True,
        ) as child,
    ):
        pipes = [_Pipe(stream, child.pid, limit) for stream in (child.stdout, child.stderr) if stream is not None]
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            raise ProcessError(0, f"did not end within {seconds:g} seconds") from None
        finally:
            if child.returncode is None:
                _kill(child.pid)
            if any(pipe.is_open(_GRACE) for pipe in pipes):
                _kill(child.pid)
        for pipe in pipes:
            pipe.is_open(None)
            if pipe.overflow:
                raise ProcessError(0, f"wrote more than {limit:,} bytes")
        return Ended(child.returncode, *(bytes(pipe.content) for pipe in pipes))


@contextmanager
def _input(content: bytes) -> Iterator[int]:
    """A file descriptor to read `content` from, so that no writer is needed while the program runs."""
    if not content:
        yield subprocess.DEVNULL
        return
    with TemporaryFile() as stream:
        stream.write(content)
        stream.flush()
        stream.seek(0)
        yield stream.fileno()


class _Pipe:
    """One output stream of a program, read as it arrives."""

    def __init__(self, stream: IO[bytes], group: int, limit: int) -> None:
        self.content = bytearray()
        self.overflow = False
        self._thread = threading.Thread(target=self._read, args=(stream, group, limit), daemon=True)
        self._thread.start()

    def is_open(self, seconds: float | None) -> bool:
        """Whether it is still open after `seconds`."""
        self._thread.join(seconds)
        return self._thread.is_alive()

    def _read(self, stream: IO[bytes], group: int, limit: int) -> None:
        with suppress(OSError, ValueError):
            while piece := os.read(stream.fileno(), _CHUNK):
                self.content += piece
                if len(self.content) > limit:
                    self.overflow = True
                    _kill(group)
                    return


def _kill(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
