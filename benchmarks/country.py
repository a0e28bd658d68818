"""`python -m benchmarks.country [FORCES...]`: one preview of every force compared with stock previews in sequence.

Both sides preview the same programs with all rules, with the same engine in an empty rehearsal cloud. "Stock" is as in
`preview.py`: one `pulumi preview` after the other, with the unmodified SDK and every rule as one policy of Pulumi's
policy SDK. Bluelamp's side is one `preview --rehearse --jobs 2` of the same forces, once before the stock previews and
once after them. All 48 take an hour or more. Both elapsed and processor time are given, because elapsed time on a busy
machine includes other work.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks import running
from benchmarks.packs import measured, taken
from benchmarks.preview import pack, project
from benchmarks.running import Cost
from bluelamp.cli.select import with_stacks
from bluelamp.engine.find import Engine
from bluelamp.rehearsal.session import rehearsal

JOBS: Final = 2
PROMISED: Final = 8


def main() -> None:
    """Measures and prints; status 1 if the promise is not kept."""
    forces = sys.argv[1:] or with_stacks(running.ROOT)
    console = running.console()
    engine = running.engine(console)
    with tempfile.TemporaryDirectory(prefix="bluelamp-bench-") as folder:
        ours = [_at_once(Path(folder) / "before", forces, console)]
        stock = _in_sequence(Path(folder) / "stock", forces, engine, console)
        ours.append(_at_once(Path(folder) / "after", forces, console))
    table = Table(f"previews of {len(forces)} forces with all rules", "clock, s", "processor, s")
    table.add_row("stock, in sequence", f"{stock.clock:.1f}", f"{stock.processor:.1f}")
    for each in ours:
        table.add_row(f"bluelamp, --jobs {JOBS}", f"{each.clock:.1f}", f"{each.processor:.1f}")
    clock = stock.clock / statistics.mean(each.clock for each in ours)
    table.add_row(
        "stock / bluelamp",
        f"{clock:.1f}",
        f"{stock.processor / statistics.mean(each.processor for each in ours):.1f}",
    )
    console.print(table)
    raise SystemExit(f"{clock:.1f} times faster; promised: at least {PROMISED}" if clock < PROMISED else 0)


def _at_once(root: Path, forces: list[str], console: Console) -> Cost:
    """Bluelamp's preview of all forces in a new rehearsal cloud."""
    project(root, "bluelamp")
    words = [
        str(running.COMMAND),
        "preview",
        *forces,
        "--rehearse",
        "--jobs",
        str(JOBS),
        "--quiet",
        "--project",
        str(root),
    ]
    with (root / "output.txt").open("wb") as file:
        cost, status = measured(
            lambda: subprocess.run(words, stdout=file, stderr=subprocess.STDOUT, check=False).returncode
        )
    output = (root / "output.txt").read_text(encoding="utf-8")
    if status not in running.JUDGED:
        raise SystemExit(f"the preview ended with status {status}: {output}")
    console.print(f"bluelamp: {cost.clock:.1f} s, processor {cost.processor:.1f} s")
    return cost


def _in_sequence(root: Path, forces: list[str], engine: Engine, console: Console) -> Cost:
    """Stock previews of the forces in sequence, in one new rehearsal cloud that the first has warmed."""
    project(root, "stock")
    os.environ.update(VIRTUAL_ENV=sys.prefix)
    found: list[Cost] = []
    before, cloud = Path.cwd(), 0.0
    os.chdir(root)
    try:
        with rehearsal(root, engine) as held:
            words = ["--policy-pack", str(pack(root, "stock"))]
            taken(held, ["-s", forces[0], *words])
            cloud = time.process_time()
            for number, force in enumerate(forces, 1):
                found.append(taken(held, ["-s", force, *words]))
                cost = found[-1]
                console.print(
                    f"stock {number} of {len(forces)}: {force}: {cost.clock:.1f} s, processor {cost.processor:.1f} s"
                )
            # Bluelamp's command runs its cloud in its own process; here it is in this process.
            cloud = time.process_time() - cloud
    finally:
        os.chdir(before)
    return Cost(sum(each.clock for each in found), cloud + sum(each.processor for each in found))


if __name__ == "__main__":
    main()
