"""`python -m benchmarks.preview [FORCE [ROUNDS]]`: a force's preview with all rules against the same in stock Pulumi.

Both sides preview the same program under the same engine against the same warm rehearsal cloud, in turn. "Stock" is
the SDK as it comes (`stock/`) with every rule as one policy of Pulumi's policy SDK (`rule_by_rule/`).
"""

import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks.packs import Cost, taken
from bluelamp.engine.install import ensure
from bluelamp.rehearsal.session import rehearsal

_HERE: Final = Path(__file__).parent
_ROOT: Final = _HERE.parent
_SIDES: Final = ("stock", "bluelamp")


def main() -> None:
    """Measures and prints."""
    force = sys.argv[1] if len(sys.argv) > 1 else "west-midlands"
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    console = Console(soft_wrap=True, highlight=False)
    engine = ensure(lambda stage, _share: console.print(f"{stage}…"))
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
    _tell(force, times, console)


def project(root: Path, side: str) -> Path:
    """The project with the program of that side."""
    root.mkdir()
    text = (_ROOT / "Pulumi.yaml").read_text(encoding="utf-8")
    (root / "Pulumi.yaml").write_text(text.replace("main: infra", f"main: {'stock' if side == 'stock' else 'infra'}"))
    shutil.copytree(_ROOT / "stacks", root / "stacks")
    shutil.copytree(_HERE / "stock", root / "stock")
    shutil.copytree(_HERE / "rule_by_rule", root / "rule_by_rule")
    for name in ("infra", "modules", "policies"):
        (root / name).symlink_to(_ROOT / name)
    (root / ".venv").symlink_to(sys.prefix)
    (root / "rule_by_rule" / ".venv").symlink_to(sys.prefix)
    return root


def pack(root: Path, side: str) -> Path:
    """The folder of the policy pack of that side."""
    return root / ("rule_by_rule" if side == "stock" else "policies")


def _tell(force: str, times: dict[str, list[Cost]], console: Console) -> None:
    table = Table(f"a preview of {force} with all rules", "clock, s", "processor, s")
    clock = {side: statistics.median(each.clock for each in found) for side, found in times.items()}
    processor = {side: statistics.median(each.processor for each in found) for side, found in times.items()}
    for side in times:
        table.add_row(side, f"{clock[side]:.1f}", f"{processor[side]:.1f}")
    ratios = [f"{each['stock'] / each['bluelamp']:.1f}" for each in (clock, processor)]
    table.add_row("stock / bluelamp", *ratios)
    console.print(table)


if __name__ == "__main__":
    main()
