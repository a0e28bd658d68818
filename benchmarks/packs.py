"""`python -m benchmarks.packs [ROUNDS]`: what every rule adds to a preview, compared with a pack of one rule.

The same 502 resources are previewed by the same engine against the same warm rehearsal cloud, alternately: without a
pack, with a pack of one rule written with Pulumi's own policy SDK (`pack/`), and with Bluelamp's pack of all rules. The
benchmark compares the processor time of the engine and its child processes, because elapsed time on a busy machine
includes other work.
"""

import ctypes
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks import running
from benchmarks.rehearsed import network
from benchmarks.running import Cost
from bluelamp.engine.find import Engine
from bluelamp.policies import rules
from bluelamp.rehearsal.command import run
from bluelamp.rehearsal.session import Rehearsal

SPOKES: Final = 125
"""A hub's spokes of four resources each, their resource group and what protects them: 502 resources."""
PROMISED: Final = 1.5
_HERE: Final = Path(__file__).parent
_PACKS: Final = {"none": None, "one rule": _HERE / "pack", "all rules": _HERE.parent / "policies"}
_SET_CHILD_SUBREAPER: Final = 36  # sys/prctl.h
_LEAVING: Final = 10.0  # seconds
_BROKEN: Final = 1
"""The engine's status if a mandatory rule is broken, as many are by networks without tags; it registers everything
anyway.
"""


def main() -> None:
    """Measures and prints; status 1 if the promise is not kept."""
    rounds = running.number(1, 7)
    console = running.console()
    engine = running.engine(console)
    ratio = measure(engine, rounds, console)
    raise SystemExit(f"all rules add {ratio:.1f} times what one adds" if ratio > PROMISED else 0)


def measure(engine: Engine, rounds: int, console: Console) -> float:
    """Prints a table of the medians; returns the ratio of what all rules and one rule add to a preview."""
    times: dict[str, list[Cost]] = {pack: [] for pack in _PACKS}
    with network(engine, spokes=SPOKES) as (held, root):
        for pack in _PACKS.values():
            _preview(held, root, pack)  # reads types and compiles imported modules, once
        for number in range(1, rounds + 1):
            for name, pack in _PACKS.items():
                console.print(f"round {number} of {rounds}: {name}")
                times[name].append(_preview(held, root, pack))
    return _print_table(times, console)


def _print_table(times: dict[str, list[Cost]], console: Console) -> float:
    # The engine randomly takes one of two code paths, a second apart: minima would compare which side got the shorter
    # one.
    usual = {name: running.median(costs) for name, costs in times.items()}
    added = {name: cost.processor - usual["none"].processor for name, cost in usual.items()}
    ratio = added["all rules"] / added["one rule"]
    table = Table(
        "a preview of 502 resources", "clock, s", "processor, s", "added, s", title="what a policy pack costs"
    )
    labels = {
        "none": "without a pack",
        "one rule": "one rule, Pulumi's policy SDK",
        "all rules": f"all {len(rules())} rules, Bluelamp",
    }
    for name, words in labels.items():
        cost = usual[name]
        table.add_row(words, *(f"{each:.2f}" for each in (cost.clock, cost.processor, added[name])))
    console.print(table)
    console.print(f"all rules add {ratio:.2f} times what one adds; promised: at most {PROMISED}")
    return ratio


def _preview(held: Rehearsal, root: Path, pack: Path | None) -> Cost:
    cost = taken(held, ["--policy-pack", str(pack)] if pack else [])
    seen = (root / "output.txt").read_text(encoding="utf-8").count("azure-native:network:Subnet::")
    if seen < SPOKES:
        raise SystemExit(f"the preview is not whole: {seen} subnets")
    return cost


def taken(held: Rehearsal, words: list[str]) -> Cost:
    """The cost of `pulumi preview` with these arguments; its output goes to `output.txt`."""
    words = ["pulumi", "preview", "--json", *words]
    cost, status = measured(lambda: run(held, ["sh", "-c", 'exec "$@" > output.txt 2>&1', "sh", *words]))
    if status not in {0, _BROKEN}:
        raise SystemExit(f"the preview ended with status {status}: {subprocess.list2cmdline(words)}")
    return cost


def measured(work: Callable[[], int]) -> tuple[Cost, int]:
    """The cost of all processes that `work` starts, and its status."""
    _take_in_orphans()
    start, before = time.perf_counter(), running.processor()
    status = work()
    clock = time.perf_counter() - start
    _wait_for_orphans()
    return Cost(clock, running.processor() - before), status


def _take_in_orphans() -> None:
    """Makes this process the parent of processes that the engine leaves behind, so that their time is counted (Linux
    only).
    """
    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1)


def _wait_for_orphans() -> None:
    until = time.monotonic() + _LEAVING
    while time.monotonic() < until:
        try:
            os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        time.sleep(0.05)


if __name__ == "__main__":
    main()
