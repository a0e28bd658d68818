"""`python -m benchmarks.packs [ROUNDS]`: what every rule adds to a preview, against what a pack with one rule adds.

The same 501 resources are previewed by the same engine against the same warm rehearsal cloud: without a pack, with a
pack of one rule written with Pulumi's own policy SDK (`pack/`), and with Bluelamp's of all rules, in turn.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bluelamp.engine.find import Engine
from bluelamp.engine.install import ensure
from bluelamp.rehearsal.command import run
from bluelamp.rehearsal.session import Rehearsal, rehearsal
from policies import rules

SPOKES: Final = 125
"""A hub's spokes of four resources each, and their resource group: 501 resources."""
PROMISED: Final = 1.5
_HERE: Final = Path(__file__).parent
_PACKS: Final = {"none": None, "one rule": _HERE / "pack", "all rules": _HERE.parent / "policies"}
_BROKEN: Final = 1
"""The engine's status where a mandatory rule is broken, as many are by networks without tags; it sees all the same."""


def main() -> None:
    """Measures and prints; ends with status 1 where the promise is not kept."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    console = Console(soft_wrap=True, highlight=False)
    engine = ensure(lambda stage, _share: console.print(f"{stage}…"))
    ratio = measure(engine, rounds, console)
    raise SystemExit(f"all rules add {ratio:.1f} times what one adds" if ratio > PROMISED else 0)


def measure(engine: Engine, rounds: int, console: Console) -> float:
    """Prints a table of the quickest, and gives how many times as much all rules add to a preview as one rule does."""
    times: dict[str, list[float]] = {pack: [] for pack in _PACKS}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "network"
        # Only the program is copied: what the engine writes stays out of the project.
        root.mkdir()
        for file in (_HERE / "network").iterdir():
            if file.is_file():
                (root / file.name).write_bytes(file.read_bytes())
        before = Path.cwd()
        os.chdir(root)
        os.environ.update(BLUELAMP_BENCH="bluelamp", BLUELAMP_BENCH_SPOKES=str(SPOKES), VIRTUAL_ENV=sys.prefix)
        try:
            with rehearsal(root, engine) as held:
                for pack in _PACKS.values():
                    _preview(held, root, pack)  # reads types and compiles what is imported, once
                for number in range(1, rounds + 1):
                    for name, pack in _PACKS.items():
                        console.print(f"round {number} of {rounds}: {name}")
                        times[name].append(_preview(held, root, pack))
        finally:
            os.chdir(before)
    return _told(times, console)


def _told(times: dict[str, list[float]], console: Console) -> float:
    # What else the machine does only ever adds, and more than a pack does: the quickest is what it costs.
    quickest = {name: min(found) for name, found in times.items()}
    added = {name: quickest[name] - quickest["none"] for name in ("one rule", "all rules")}
    ratio = added["all rules"] / added["one rule"]
    table = Table("a preview of 501 resources", "s", "added, s", title="the quickest; what a policy pack costs")
    table.add_row("without a pack", f"{quickest['none']:.2f}", "")
    table.add_row("one rule, Pulumi's policy SDK", f"{quickest['one rule']:.2f}", f"{added['one rule']:.2f}")
    table.add_row(f"all {len(rules())} rules, Bluelamp", f"{quickest['all rules']:.2f}", f"{added['all rules']:.2f}")
    console.print(table)
    console.print(f"all rules add {ratio:.2f} times what one adds; promised: at most {PROMISED}")
    return ratio


def _preview(held: Rehearsal, root: Path, pack: Path | None) -> float:
    words = ["pulumi", "preview", "--json", *(["--policy-pack", str(pack)] if pack else [])]
    start = time.perf_counter()
    status = run(held, root, ["sh", "-c", 'exec "$@" > told.txt 2>&1', "sh", *words])
    seconds = time.perf_counter() - start
    seen = (root / "told.txt").read_text(encoding="utf-8").count("azure-native:network:Subnet::")
    if status not in {0, _BROKEN} or seen < SPOKES:
        raise SystemExit(f"the preview ended with status {status}: {subprocess.list2cmdline(words)}")
    return seconds


if __name__ == "__main__":
    main()
