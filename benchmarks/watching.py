"""`python -m benchmarks.watching [ROUNDS] [FORCES...]`: what `check --watch` takes to answer an edit, against a cold
`check` of the same settings.

Two edits of a force's settings are made in turn: one that changes resources, and one that breaks a rule. After each a
cold `check` runs on the same settings, which has to say the same. The clock and the processor time are both given: on a
busy machine the clock shows the others' work.
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
"""What each edit sets as the days for which logs are kept."""


def main() -> None:
    """Measures and prints; ends with status 1 where an answer is slower than promised."""
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
    """What a cold check costs, and an answer to the same edit."""
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
        _heard(watching)
        for _ in range(rounds):
            for what, days in _EDITS.items():
                before, start = _work(watching.pid), time.perf_counter()
                replace(file, _RETENTION.sub(rf"\g<1>{days}", text))
                said = _heard(watching)
                warm = Cost(time.perf_counter() - start, _work(watching.pid) - before)
                cold, expected = running.run([*_command(force), "--no-cache"], root)
                if said != expected:
                    raise SystemExit(f"the answer differs from a cold check:\n{said}\n{expected}")
                found.setdefault(what, []).append((cold, warm))
    finally:
        watching.kill()
        watching.wait()
        file.write_text(text, encoding="utf-8")
    return found


def _command(force: str) -> list[str]:
    return [*running.PROGRAM, "check", force]


def _heard(watching: subprocess.Popen[str]) -> str:
    """What the process says until it waits."""
    said = ""
    for line in watching.stdout or ():
        if _WAITING in line:
            return said
        said += line
    raise SystemExit(f"check --watch ended:\n{said}")


def _work(pid: int) -> float:
    """The seconds of processor time of a process and of those of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
