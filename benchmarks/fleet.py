"""`python -m benchmarks.fleet [ROUNDS] [FORCES...]`: what checking a fleet costs now against an earlier commit.

Both sides run in turn on one machine: this checkout, and the commit `BASE` with its own code, stacks and rules, which
git must have. The commit plans with the packages that are installed here. The clock and the processor time are both
given: on a busy machine the clock shows the others' work. "Reused" runs on what the run before it has kept.
"""

import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from rich.console import Console
from rich.table import Table

from bluelamp.core import git

BASE: Final = "c242665"
"""The commit that is compared with."""
_ROOT: Final = Path(__file__).parent.parent
_PROGRAM: Final = "from bluelamp.cli import main; main()"
_ENDED: Final = (0, 3)
"""Exit statuses of a check that was made: a force may break a rule at either commit."""


def main() -> None:
    """Measures and prints."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    forces = sys.argv[2:] or ["--all"]
    one = forces[0] if forces != ["--all"] else "essex"
    console = Console(soft_wrap=True, highlight=False)
    rows: dict[str, list[tuple[float, float, float, float]]] = {}
    with TemporaryDirectory(prefix="bluelamp-bench-") as folder:
        base, kept = Path(folder) / "base", Path(folder) / "kept"
        base.mkdir()
        git.extract(_ROOT, git.resolve(_ROOT, BASE), base)
        for number in range(1, rounds + 1):
            console.print(f"round {number} of {rounds}")
            fleet = _cost(base, *forces)
            rows.setdefault("check of the fleet, nothing reused", []).append(
                (*fleet, *_cost(_ROOT, *forces, "--no-cache"))
            )
            _cost(_ROOT, *forces, cache=kept)
            rows.setdefault("check of the fleet, all reused", []).append((*fleet, *_cost(_ROOT, *forces, cache=kept)))
            rows.setdefault(f"check {one}", []).append((*_cost(base, one), *_cost(_ROOT, one, "--no-cache")))
    table = Table("", f"{BASE}, s (processor, s)", "now, s (processor, s)", "ratio (of processor time)")
    for what, found in rows.items():
        was, was_cpu, now, now_cpu = (statistics.median(column) for column in zip(*found, strict=True))
        table.add_row(
            what,
            f"{was:.1f} ({was_cpu:.1f})",
            f"{now:.1f} ({now_cpu:.1f})",
            f"{was / now:.1f} ({was_cpu / now_cpu:.1f})",
        )
    console.print(table)


def _cost(root: Path, *words: str, cache: Path | None = None) -> tuple[float, float]:
    """The seconds of one `check` by the clock and by the processor."""
    environment = {**os.environ, "PYTHONPATH": str(root)}
    if cache is not None:
        environment["BLUELAMP_CACHE"] = str(cache)
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    run = subprocess.run(
        [sys.executable, "-P", "-c", _PROGRAM, "check", *words, "--quiet"],
        cwd=root,
        env=environment,
        check=False,
        capture_output=True,
    )
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if run.returncode not in _ENDED:
        sys.exit(run.stdout.decode() + run.stderr.decode())
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
