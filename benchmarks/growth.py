"""`python -m benchmarks.growth [ROUNDS [SIDE]]`: the cost of one more resource in a small stack, and in one of 5,002.

Stacks of three sizes are previewed, with all rules, and brought up by the same engine in a rehearsal cloud. The
benchmark compares the processor time of the engine, its child processes and the cloud: for each resource from 302 to
1,202, where the start-up does not count, and for each from there to 5,002. "Bluelamp" is the program as Bluelamp runs
its own; "stock" is the same with the unmodified SDK, only without version aliases, which would hide all other costs.
The smaller stacks are measured before and after the largest, so that a machine that slows down affects all.
"""

import resource
import statistics
import sys
import time
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks import running
from benchmarks.rehearsed import network
from bluelamp.engine.find import Engine
from bluelamp.rehearsal.command import run

SPOKES: Final = (75, 300, 1250)
"""Spokes of four resources each; their resource group and its lock are two more."""
_ORDER: Final = (*SPOKES, *SPOKES[-2::-1])
PROMISED: Final = 1.15
_PACK: Final = running.ROOT / "policies"
_VERBS: Final = {
    "preview": f"pulumi preview --policy-pack {_PACK}",
    "up": "pulumi up --skip-preview --yes",
}
_SIDES: Final = {"Bluelamp": "bluelamp", "stock": "aliases-dropped"}


def main() -> None:
    """Measures and prints; status 1 if the promise is not kept."""
    rounds = running.number(1, 1)
    sides = sys.argv[2:] or list(_SIDES)
    console = running.console()
    engine = running.engine(console)
    spent: dict[tuple[str, str, int], list[float]] = {}
    for number in range(1, rounds + 1):
        for spokes in _ORDER:
            for side in sides:
                console.print(f"round {number} of {rounds}: {side}, {spokes * 4 + 2:,} resources")
                for verb, seconds in _network(engine, _SIDES[side], spokes).items():
                    console.print(f"  {verb}: {seconds:.1f} s")
                    spent.setdefault((side, verb, spokes), []).append(seconds)
    worst = _print_table(spent, console)
    raise SystemExit(f"one more resource costs {worst:.2f} times as much" if worst > PROMISED else 0)


def _print_table(spent: dict[tuple[str, str, int], list[float]], console: Console) -> float:
    """Prints a table of the medians; returns the largest ratio on Bluelamp's side."""
    small, middle, large = SPOKES
    table = Table("processor time", *(f"{spokes * 4 + 2:,}, s" for spokes in SPOKES), "first, ms", "last, ms", "ratio")
    worst = 0.0
    for side in dict.fromkeys(side for side, _, _ in spent):
        for verb in _VERBS:
            took = {spokes: statistics.median(spent[side, verb, spokes]) for spokes in SPOKES}
            first = (took[middle] - took[small]) / (4 * (middle - small)) * 1000
            last = (took[large] - took[middle]) / (4 * (large - middle)) * 1000
            worst = max(worst, last / first) if side == "Bluelamp" else worst
            seconds = [f"{took[each]:.1f}" for each in SPOKES]
            table.add_row(f"{verb}, {side}", *seconds, f"{first:.2f}", f"{last:.2f}", f"{last / first:.2f}")
    console.print(table)
    return worst


def _network(engine: Engine, side: str, spokes: int) -> dict[str, float]:
    """Processor seconds of each verb, from an empty cloud."""
    spent = {}
    with network(engine, side=side, spokes=spokes) as (held, root):
        for verb, command in _VERBS.items():
            start = _spent()
            run(held, ["sh", "-c", f"exec {command} > output.txt 2>&1"])
            spent[verb] = _spent() - start
            if f"subnet-{spokes - 1}" not in (root / "output.txt").read_text(encoding="utf-8"):
                raise SystemExit(f"{verb} is not whole: {command}")
    return spent


def _spent() -> float:
    """Processor seconds of this process and of its child processes that have ended."""
    time.sleep(1)  # the engine's child processes end a moment after it
    return running.processor(resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


if __name__ == "__main__":
    main()
