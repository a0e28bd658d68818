"""Kills processes while a command works on many forces. The plan of kills refers to the order in which engines start."""

import json
import random
import signal
import subprocess
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.resilience.running import COMMAND, LONGEST, Place, kill, processes, read

TICK = 0.1
COMMAND_ROLE = "command"
"""The role of `bluelamp` itself."""
ROLES = {
    "engine": (b"/pulumi\0",),
    "language host": (b"bluelamp.engine.host",),
    "program": (b"pulumi-language-python-exec",),
    "policy pack": (b"pulumi.policy",),
}
"""The processes that work on a force, by part of their command line."""
_LATEST = 5.0
"""The latest time of a kill, in seconds after the start of its engine."""
_VERBS = {b"preview": "preview", b"up": "up", b"refresh": "refresh"}


@dataclass(frozen=True)
class Kill:
    """A planned kill: of a process of the `at`th engine to start, `after` seconds after its start."""

    at: int
    role: str
    after: float


@dataclass(frozen=True)
class KilledProcess:
    """A killed process: its role, and the force that its engine worked on; empty for the command."""

    role: str
    force: str = ""
    doing: str = ""

    def __str__(self) -> str:
        return f"{self.role} of {self.force} ({self.doing})" if self.force else self.role


def kills(engines: int, some: int, commands: int, chance: random.Random, *, early: bool = False) -> list[Kill]:
    """`some` kills of processes of forces and `commands` kills of the command, spread over the start of `engines` engines.

    With `early`, the command is killed within the first sixth, because it has to start again.
    """
    last = max(1, engines // 6 if early else engines)
    found = [Kill(chance.randint(1, max(1, engines)), chance.choice(list(ROLES)), _delay(chance)) for _ in range(some)]
    found += [Kill(chance.randint(1, last), COMMAND_ROLE, _delay(chance)) for _ in range(commands)]
    return sorted(found, key=lambda each: each.at)


def _delay(chance: random.Random) -> float:
    return chance.uniform(0.3, _LATEST)


@dataclass
class Run:
    """How a command ended: its status (negative: a signal), its output, its duration, and the killed processes."""

    status: int
    out: str
    err: str
    seconds: float
    killed_processes: list[KilledProcess] = field(default_factory=list)

    @property
    def killed(self) -> bool:
        """Whether the command itself was killed."""
        return self.status == -signal.SIGKILL

    @property
    def hit(self) -> set[str]:
        """The forces whose processes were killed."""
        return {each.force for each in self.killed_processes if each.force}

    @property
    def forces(self) -> dict[str, dict[str, Any]]:
        """The results of `--format json` by force; empty if there are none."""
        with suppress(ValueError, KeyError, TypeError):
            return {each["force"]: each for each in json.loads(self.out)["result"]["forces"]}
        return {}


class Killer:
    """Runs commands one after another, and makes the remaining kills meanwhile."""

    def __init__(self, place: Place, left: Iterable[Kill]) -> None:
        self.left = list(left)
        self._place = place
        self._started = 0
        self._seen: dict[int, tuple[str, str]] = {}
        self._due: list[tuple[float, int, Kill]] = []

    def run(self, words: Sequence[str]) -> Run:
        """Runs `bluelamp` to its end, or until it is killed."""
        place, began = self._place, time.monotonic()
        place.temporary.mkdir(parents=True, exist_ok=True)
        out, err = place.folder / "stdout", place.folder / "stderr"
        killed_processes: list[KilledProcess] = []
        with out.open("wb") as stdout, err.open("wb") as stderr:
            child = subprocess.Popen(
                [str(COMMAND), *words],
                cwd=place.root,
                env=place.environment(),
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
            )
            quiet, worked = began, b""
            while child.poll() is None:
                self._find_engines(child.pid)
                now = b"".join(read(pid, "schedstat").split(b" ")[0] for pid in [child.pid, *self._seen])
                if now != worked:
                    quiet, worked = time.monotonic(), now
                if time.monotonic() - quiet > LONGEST:
                    child.kill()
                    child.wait()
                    raise TimeoutError(f"bluelamp {' '.join(words)} hung")
                killed_processes += self._kill_due(child.pid)
                with suppress(subprocess.TimeoutExpired):
                    child.wait(TICK)
        self._due = []
        output = [path.read_text(encoding="utf-8", errors="replace") for path in (out, err)]
        return Run(child.returncode, output[0], output[1], time.monotonic() - began, killed_processes)

    def _find_engines(self, command: int) -> None:
        """Records engines that have started."""
        for pid in processes(self._place):
            words = read(pid, "cmdline").split(b"\0")
            if pid in self._seen or pid == command or not words[0].endswith(b"/pulumi") or b"--stack" not in words:
                continue
            verb = next((name for word, name in _VERBS.items() if word in words), "")
            if not verb:
                continue
            self._seen[pid] = words[words.index(b"--stack") + 1].decode(), verb
            self._started += 1
            for each in [each for each in self.left if each.at <= self._started]:
                self.left.remove(each)
                self._due.append((time.monotonic() + each.after, pid, each))

    def _kill_due(self, command: int) -> list[KilledProcess]:
        """Makes the kills that are due. If the process is already gone, the kill waits for the next engine."""
        killed_processes = []
        for when, engine, each in [one for one in self._due if one[0] <= time.monotonic()]:
            self._due.remove((when, engine, each))
            if each.role == COMMAND_ROLE:
                kill(command)
                killed_processes.append(KilledProcess(COMMAND_ROLE))
                continue
            victims = [pid for pid in _family(engine) if any(word in read(pid, "cmdline") for word in ROLES[each.role])]
            if not victims:
                self.left.append(Kill(self._started + 1, each.role, each.after))
                continue
            kill(victims[0])
            killed_processes.append(KilledProcess(each.role, *self._seen[engine]))
        return killed_processes


def _family(pid: int) -> list[int]:
    """The process and its descendants."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            fields = read(int(path.name), "stat").rpartition(b") ")[2].split()
            if len(fields) > 1:
                children.setdefault(int(fields[1]), []).append(int(path.name))
    found = [pid]
    for each in found:
        found += children.get(each, [])
    return [each for each in found if read(each, "cmdline")]
