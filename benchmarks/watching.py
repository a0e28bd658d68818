"""`python -m benchmarks.watching [ROUNDS] [FORCES...]`: what `check --watch` takes to answer an edit, against a cold
`check` of the same settings.

Two edits of a force's settings are made in turn: one that changes resources, and one that breaks a rule. After each a
cold `check` runs on the same settings, which has to say the same. The clock and the processor time are both given: on a
busy machine the clock shows the others' work.
"""

import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from rich.console import Console
from rich.table import Table

from bluelamp.core.files import replace

PROMISED: Final = 5.0
"""How many times faster an answer is than a cold check."""
_ROOT: Final = Path(__file__).parent.parent
_PROGRAM: Final = "from bluelamp.cli import main; main()"
_WAITING: Final = "waiting for a change"
_RETENTION: Final = re.compile(r"(retentionDays: )\d+")
_EDITS: Final = {"changes resources": 550, "breaks a rule": 90}
"""What each edit sets as the days for which logs are kept."""


def main() -> None:
    """Measures and prints; ends with status 1 where an answer is slower than promised."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    forces = sys.argv[2:] or ["dyfed-powys", "kent", "west-midlands"]
    console = Console(soft_wrap=True, highlight=False)
    table = Table("", "cold, s (processor, s)", "watch, s (processor, s)", "ratio (of processor time)")
    slow = []
    with TemporaryDirectory(prefix="bluelamp-bench-") as folder:
        root = _copied(Path(folder) / "project")
        for force in forces:
            console.print(f"{force}, {rounds} rounds")
            for what, found in _measured(root, force, rounds).items():
                cold, cold_work, warm, warm_work = (statistics.median(column) for column in zip(*found, strict=True))
                table.add_row(
                    f"{force}, an edit that {what}",
                    f"{cold:.1f} ({cold_work:.1f})",
                    f"{warm:.2f} ({warm_work:.2f})",
                    f"{cold / warm:.1f} ({cold_work / warm_work:.1f})",
                )
                slow += [force] if cold / warm < PROMISED else []
    console.print(table)
    raise SystemExit(f"slower than promised: {', '.join(dict.fromkeys(slow))}" if slow else 0)


def _copied(folder: Path) -> Path:
    """A copy of the project whose settings may be edited; its program, modules and rules are this checkout's."""
    folder.mkdir()
    shutil.copy(_ROOT / "Pulumi.yaml", folder)
    shutil.copytree(_ROOT / "stacks", folder / "stacks")
    for name in ("infra", "modules", "policies"):
        (folder / name).symlink_to(_ROOT / name)
    return folder


def _measured(root: Path, force: str, rounds: int) -> dict[str, list[tuple[float, float, float, float]]]:
    """The seconds of a cold check and of an answer to the same edit, each by the clock and by the processor."""
    file = root / "stacks" / f"Pulumi.{force}.yaml"
    text = file.read_text("utf-8")
    found: dict[str, list[tuple[float, float, float, float]]] = {}
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
                warm, warm_work = time.perf_counter() - start, _work(watching.pid) - before
                cold, cold_work, expected = _cold(root, force)
                if said != expected:
                    raise SystemExit(f"the answer differs from a cold check:\n{said}\n{expected}")
                found.setdefault(what, []).append((cold, cold_work, warm, warm_work))
    finally:
        watching.kill()
        watching.wait()
        file.write_text(text, encoding="utf-8")
    return found


def _command(force: str) -> list[str]:
    return [sys.executable, "-P", "-c", _PROGRAM, "check", force]


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


def _cold(root: Path, force: str) -> tuple[float, float, str]:
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    run = subprocess.run(
        [*_command(force), "--no-cache"],
        cwd=root,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, run.stdout


if __name__ == "__main__":
    main()
