"""Commands under test: starting, killing and awaiting them, and finding every process that they leave behind."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

COMMAND = Path(sys.executable).with_name("bluelamp")
MARK = "BLUELAMP_RESILIENCE_POINT"
"""The variable that every process of one point has in its environment."""
LONGEST = 300.0
"""Seconds after which a command counts as hanging."""
_DYING = 20.0
_TICK = 0.02
_ROLES = {
    "engine": (b"/pulumi\0",),
    "language host": (b"bluelamp.engine.host", b"pulumi-language-python"),
    "policy pack": (b"pulumi.policy", b"pulumi-analyzer-policy"),
    "go": (b"/go\0",),
}
WHOLE_GROUP = "group"
"""The role for all processes at once."""


@dataclass(frozen=True)
class Ended:
    """How a command ended: its status (negative: a signal), its output, and its duration in seconds."""

    status: int
    said: str
    seconds: float


@dataclass(frozen=True)
class Place:
    """The place of one trial: a folder of its own, with the project and the folder for temporary files in it."""

    folder: Path
    mark: str
    extra: Mapping[str, str]

    @property
    def root(self) -> Path:
        """The project."""
        return self.folder / "project"

    @property
    def temporary(self) -> Path:
        """The folder for temporary files."""
        return self.folder / "tmp"

    def environment(self) -> dict[str, str]:
        """The environment of a command in this place."""
        kept = {
            key: value for key, value in os.environ.items() if not key.startswith(("PULUMI_", "BLUELAMP_REHEARSAL"))
        }
        return {**kept, "COLUMNS": "200", "TMPDIR": str(self.temporary), MARK: self.mark, **self.extra}


def run(words: Sequence[str], place: Place) -> Ended:
    """Runs `bluelamp` to its end."""
    started = time.monotonic()
    child = _start(words, place)
    try:
        output, _ = child.communicate(timeout=LONGEST)
    except subprocess.TimeoutExpired:
        kill_all(place)
        output, _ = child.communicate()
        output += "\nit hung"
    return Ended(child.returncode, output, time.monotonic() - started)


def stop(words: Sequence[str], place: Place, after: float, role: str) -> bool:
    """Starts `bluelamp`, and kills the processes with this `role` `after` so many seconds.

    False if it ended before that. A command of which one process is killed has to end by itself; then any remaining
    process is killed too.
    """
    child = _start(words, place, quiet=True)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(after)
    if child.poll() is not None:
        return False
    for pid in _victims(place, child.pid, role):
        kill(pid)
    if role != WHOLE_GROUP:
        try:
            child.wait(LONGEST)
        except subprocess.TimeoutExpired:
            kill_all(place)
            child.wait()
            raise TimeoutError(f"with its {role} killed, the command hung") from None
    kill_all(place)
    child.wait()
    return True


def kill_all(place: Place) -> None:
    """Kills every process of the place and waits until none is left."""
    deadline = time.monotonic() + _DYING
    while pids := processes(place):
        for pid in pids:
            kill(pid)
        if time.monotonic() > deadline:
            raise TimeoutError(f"processes that do not die: {pids}")
        time.sleep(_TICK)


def processes(place: Place, patience: float = 0) -> list[int]:
    """The processes of the place that still run after `patience` seconds, except this one."""
    deadline = time.monotonic() + patience
    wanted = f"{MARK}={place.mark}".encode()
    while True:
        found = [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit() and _has(each, wanted)]
        found = [pid for pid in found if pid != os.getpid()]
        if not found or time.monotonic() >= deadline:
            return found
        time.sleep(_TICK)


def _start(words: Sequence[str], place: Place, *, quiet: bool = False) -> "subprocess.Popen[str]":
    place.temporary.mkdir(parents=True, exist_ok=True)
    return subprocess.Popen(
        [str(COMMAND), *words],
        cwd=place.root,
        env=place.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if quiet else subprocess.PIPE,
        stderr=subprocess.DEVNULL if quiet else subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )


def _victims(place: Place, first: int, role: str) -> list[int]:
    """The processes to kill; all of them if none has the role at this moment."""
    there = processes(place)
    if role == "provider":  # the command itself serves the providers
        return [first]
    chosen = [pid for pid in there if any(word in read(pid, "cmdline") for word in _ROLES.get(role, ()))]
    return chosen or there


def _has(process: Path, wanted: bytes) -> bool:
    pid = int(process.name)
    return wanted in read(pid, "environ").split(b"\0") and b") Z " not in read(pid, "stat")


def read(pid: int, name: str) -> bytes:
    """A file of a process below /proc; empty if the process is gone."""
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


def kill(pid: int) -> None:
    """Kills the process if it still exists."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
