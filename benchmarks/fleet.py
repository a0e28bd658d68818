"""`python -m benchmarks.fleet [ROUNDS] [FORCES...]`: the cost of checking a fleet compared with an earlier commit.

Both sides run alternately on one machine: this checkout, and the commit `BASE` with its own code, stacks and rules,
which git must have. The commit plans with the packages that are installed here. Both elapsed and processor time are
given, because elapsed time on a busy machine includes other work. "Reused" runs with the cache of the run before it.
"""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.table import Table

from benchmarks import projects, running
from benchmarks.projects import BASE
from benchmarks.running import ROOT, Cost


def main() -> None:
    """Measures and prints."""
    rounds = running.number(1, 1)
    forces = sys.argv[2:] or ["--all"]
    one = forces[0] if forces != ["--all"] else "essex"
    console = running.console()
    rows: dict[str, list[tuple[Cost, Cost]]] = {}
    with TemporaryDirectory(prefix="bluelamp-bench-") as folder:
        base, kept = projects.earlier(Path(folder) / "base"), Path(folder) / "kept"
        for number in range(1, rounds + 1):
            console.print(f"round {number} of {rounds}")
            fleet = _check(base, *forces)
            new = _check(ROOT, *forces, "--no-cache")
            rows.setdefault("check of the fleet, nothing reused", []).append((fleet, new))
            _check(ROOT, *forces, cache=kept)
            rows.setdefault("check of the fleet, all reused", []).append((fleet, _check(ROOT, *forces, cache=kept)))
            rows.setdefault(f"check {one}", []).append((_check(base, one), _check(ROOT, one, "--no-cache")))
    table = Table("", f"{BASE}, s (processor, s)", "now, s (processor, s)", "ratio (of processor time)")
    for what, found in rows.items():
        was, now = map(running.median, zip(*found, strict=True))
        table.add_row(what, was.shown(), now.shown(), running.ratio(was, now).shown())
    console.print(table)


def _check(root: Path, *words: str, cache: Path | None = None) -> Cost:
    """The cost of one `check`."""
    environment = {**os.environ, "PYTHONPATH": str(root)}
    if cache is not None:
        environment["BLUELAMP_CACHE"] = str(cache)
    return running.run([*running.PROGRAM, "check", *words, "--quiet"], root, environment)[0]


if __name__ == "__main__":
    main()
