"""`python -m benchmarks.watching [ROUNDS] [FORCES...]`: the response time of `check --watch` compared with a cold
`check`.

A force's settings are edited in two ways, alternately: one changes resources, and the other breaks a rule. After each
edit a cold `check` runs on the same settings, which must give the same output. Both elapsed and processor time are
given, because elapsed time on a busy machine includes other work.
"""

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from rich.table import Table

from benchmarks import projects, running
from benchmarks.running import Cost
from bluelamp.core.files import replace

PROMISED: Final = 5.0
"""How many times faster an answer is than a cold check."""
_WAITING: Final = "waiting for a change"
_RETENTION: Final = re.compile(r"(retentionDays: )\d+")
_EDITS: Final = {"changes resources": 550, "breaks a rule": 90}
"""The log retention in days that each edit sets."""


def main() -> None:
    """Measures and prints; status 1 if a response is slower than promised."""
    rounds = running.number(1, 3)
    forces = sys.argv[2:] or ["dyfed-powys", "kent", "west-midlands"]
    console = running.console()
    table = Table("", "cold, s (processor, s)", "watch, s (processor, s)", "ratio (of processor time)")
    slow = []
    with TemporaryDirectory(prefix="bluelamp-bench-") as folder:
        root = projects.copied(Path(folder) / "project")
        for force in forces:
            console.print(f"{force}, {rounds} rounds")
            for what, sides in _measured(root, force, rounds).items():
                cold, warm = map(running.median, zip(*sides, strict=True))
                ratio = running.ratio(cold, warm)
                table.add_row(f"{force}, an edit that {what}", cold.shown(), warm.shown(2), ratio.shown())
                slow += [force] if ratio.clock < PROMISED else []
    console.print(table)
    raise SystemExit(f"slower than promised: {', '.join(dict.fromkeys(slow))}" if slow else 0)


def _measured(root: Path, force: str, rounds: int) -> dict[str, list[tuple[Cost, Cost]]]:
    """The cost of a cold check, and of the response to the same edit."""
    file = root / "stacks" / f"Pulumi.{force}.yaml"
    text = file.read_text("utf-8")
    found: dict[str, list[tuple[Cost, Cost]]] = {}
    watching = subprocess.Popen(
        [*_command(force), "--watch"],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        _read_until_waiting(watching)
        for _ in range(rounds):
            for what, days in _EDITS.items():
                before, start = _work(watching.pid), time.perf_counter()
                replace(file, _RETENTION.sub(rf"\g<1>{days}", text))
                output = _read_until_waiting(watching)
                warm = Cost(time.perf_counter() - start, _work(watching.pid) - before)
                cold, expected = running.run([*_command(force), "--no-cache"], root)
                if output != expected:
                    raise SystemExit(f"the answer differs from a cold check:\n{output}\n{expected}")
                found.setdefault(what, []).append((cold, warm))
    finally:
        watching.kill()
        watching.wait()
        file.write_text(text, encoding="utf-8")
    return found


def _command(force: str) -> list[str]:
    return [*running.PROGRAM, "check", force]


def _read_until_waiting(watching: subprocess.Popen[str]) -> str:
    """The process's output until it waits."""
    output = ""
    for line in watching.stdout or ():
        if _WAITING in line:
            return output
        output += line
    raise SystemExit(f"check --watch ended:\n{output}")


def _work(pid: int) -> float:
    """The processor seconds of a process and of its child processes that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
