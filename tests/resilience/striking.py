"""Kills while a command works on many forces: which process dies is chosen beforehand, by the engines that start."""

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
"""The processes that work on a force, by what their command line has in it."""
_LATEST = 5.0
"""Seconds after the start of an engine at which a kill comes at the latest."""
_VERBS = {b"preview": "preview", b"up": "up", b"refresh": "refresh"}


@dataclass(frozen=True)
class Kill:
    """One kill: of a process of the engine that is the `at`th to start, so many seconds after its start."""

    at: int
    role: str
    after: float


@dataclass(frozen=True)
class Struck:
    """A kill that was made: what was killed, and the force that its engine worked on; empty for the command."""

    role: str
    force: str = ""
    doing: str = ""

    def __str__(self) -> str:
        return f"{self.role} of {self.force} ({self.doing})" if self.force else self.role


def kills(engines: int, some: int, commands: int, chance: random.Random, *, early: bool = False) -> list[Kill]:
    """`some` kills of the processes of forces and `commands` of the command, among so many `engines` that start.

    With `early`, the command is killed within the first sixth: it has to begin anew.
    """
    last = max(1, engines // 6 if early else engines)
    found = [Kill(chance.randint(1, max(1, engines)), chance.choice(list(ROLES)), _delay(chance)) for _ in range(some)]
    found += [Kill(chance.randint(1, last), COMMAND_ROLE, _delay(chance)) for _ in range(commands)]
    return sorted(found, key=lambda each: each.at)


def _delay(chance: random.Random) -> float:
    return chance.uniform(0.3, _LATEST)


@dataclass
class Ran:
    """How a command ended: its status (negative: a signal), what it wrote, how long it took, and what was killed."""

    status: int
    out: str
    err: str
    seconds: float
    struck: list[Struck] = field(default_factory=list)

    @property
    def killed(self) -> bool:
        """Whether the command itself was killed."""
        return self.status == -signal.SIGKILL

    @property
    def hit(self) -> set[str]:
        """The forces whose processes were killed."""
        return {each.force for each in self.struck if each.force}

    @property
    def forces(self) -> dict[str, dict[str, Any]]:
        """The results by force, of `--format json`; empty where there are none."""
        with suppress(ValueError, KeyError, TypeError):
            return {each["force"]: each for each in json.loads(self.out)["result"]["forces"]}
        return {}


class Striker:
    """Makes the kills that are left while commands run, one command after another."""

    def __init__(self, place: Place, left: Iterable[Kill]) -> None:
        self.left = list(left)
        self._place = place
        self._started = 0
        self._seen: dict[int, tuple[str, str]] = {}
        self._due: list[tuple[float, int, Kill]] = []

    def run(self, words: Sequence[str]) -> Ran:
        """Runs `bluelamp` to its end, or until it is killed."""
        place, began = self._place, time.monotonic()
        place.temporary.mkdir(parents=True, exist_ok=True)
        out, err = place.folder / "stdout", place.folder / "stderr"
        struck: list[Struck] = []
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
                self._look(child.pid)
                now = b"".join(read(pid, "schedstat").split(b" ")[0] for pid in [child.pid, *self._seen])
                if now != worked:
                    quiet, worked = time.monotonic(), now
                if time.monotonic() - quiet > LONGEST:
                    child.kill()
                    child.wait()
                    raise TimeoutError(f"bluelamp {' '.join(words)} hung")
                struck += self._strike(child.pid)
                with suppress(subprocess.TimeoutExpired):
                    child.wait(TICK)
        self._due = []
        said = [path.read_text(encoding="utf-8", errors="replace") for path in (out, err)]
        return Ran(child.returncode, said[0], said[1], time.monotonic() - began, struck)

    def _look(self, command: int) -> None:
        """Notes engines that have started."""
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

    def _strike(self, command: int) -> list[Struck]:
        """Kills what is due. What is gone already is put off until the next engine starts."""
        struck = []
        for when, engine, each in [one for one in self._due if one[0] <= time.monotonic()]:
            self._due.remove((when, engine, each))
            if each.role == COMMAND_ROLE:
                kill(command)
                struck.append(Struck(COMMAND_ROLE))
                continue
            victims = [pid for pid in _family(engine) if any(word in read(pid, "cmdline") for word in ROLES[each.role])]
            if not victims:
                self.left.append(Kill(self._started + 1, each.role, each.after))
                continue
            kill(victims[0])
            struck.append(Struck(each.role, *self._seen[engine]))
        return struck


def _family(pid: int) -> list[int]:
    """The process and those that it has started, directly or not."""
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
