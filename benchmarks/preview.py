"""`python -m benchmarks.preview [FORCE [ROUNDS]]`: a force's preview with all rules compared with stock Pulumi.

Both sides preview the same program with the same engine against the same warm rehearsal cloud, alternately. "Stock" is
the unmodified SDK (`stock/`) with every rule as one policy of Pulumi's policy SDK (`rule_by_rule/`).
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks import projects, running
from benchmarks.packs import taken
from benchmarks.running import Cost
from bluelamp.rehearsal.session import rehearsal

_HERE: Final = Path(__file__).parent
_SIDES: Final = ("stock", "bluelamp")


def main() -> None:
    """Measures and prints."""
    force = sys.argv[1] if len(sys.argv) > 1 else "west-midlands"
    rounds = running.number(2, 1)
    console = running.console()
    engine = running.engine(console)
    times: dict[str, list[Cost]] = {side: [] for side in _SIDES}
    with tempfile.TemporaryDirectory() as folder:
        roots = {side: project(Path(folder) / side, side) for side in _SIDES}
        before = Path.cwd()
        os.environ.update(VIRTUAL_ENV=sys.prefix)
        try:
            for number in range(rounds + 1):
                for side, root in roots.items():
                    console.print(f"round {number} of {rounds}: {side}" if number else f"warming up: {side}")
                    os.chdir(root)
                    with rehearsal(root, engine) as held:
                        cost = taken(held, ["-s", force, "--policy-pack", str(pack(root, side))])
                    if number:
                        times[side].append(cost)
        finally:
            os.chdir(before)
    _print_table(force, times, console)


def project(root: Path, side: str) -> Path:
    """The project with that side's program."""
    projects.copied(root)
    settings = root / "Pulumi.yaml"
    if side == "stock":
        settings.write_text(settings.read_text("utf-8").replace("main: infra", "main: stock"), encoding="utf-8")
    shutil.copytree(_HERE / "stock", root / "stock")
    shutil.copytree(_HERE / "rule_by_rule", root / "rule_by_rule")
    projects.with_python(root / "rule_by_rule")
    return root


def pack(root: Path, side: str) -> Path:
    """The folder of that side's policy pack."""
    return root / ("rule_by_rule" if side == "stock" else "policies")


def _print_table(force: str, times: dict[str, list[Cost]], console: Console) -> None:
    table = Table(f"a preview of {force} with all rules", "clock, s", "processor, s")
    costs = {side: running.median(found) for side, found in times.items()}
    costs["stock / bluelamp"] = running.ratio(costs["stock"], costs["bluelamp"])
    for what, cost in costs.items():
        table.add_row(what, f"{cost.clock:.1f}", f"{cost.processor:.1f}")
    console.print(table)


if __name__ == "__main__":
    main()
