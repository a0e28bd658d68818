"""`python -m benchmarks [ROUNDS]`: what Bluelamp costs compared with what a user would run instead.

For an estate, both sides run the same program with the same engine against the same warm rehearsal cloud, alternately,
so that a machine that slows down affects both. "Stock" is the unmodified SDK; "bluelamp" drops azure-native's version
aliases. For policy packs and manifests, see `packs.py` and `manifests.py`.
"""

import statistics
import time
from collections.abc import Callable

from rich.table import Table

from benchmarks import manifests, packs, running
from benchmarks.rehearsed import network
from bluelamp.engine.find import Engine
from bluelamp.rehearsal.command import run


def main() -> None:
    """Runs the benchmarks and prints their results."""
    rounds = running.number(1, 3)
    console = running.console()
    engine = running.engine(console)
    times: dict[tuple[str, str], list[float]] = {}
    for number in range(1, rounds + 1):
        for side in ("stock", "bluelamp"):
            console.print(f"round {number} of {rounds}: {side}")
            for verb, seconds in _network(engine, side).items():
                times.setdefault((verb, side), []).append(seconds)
        times.setdefault(("check essex", "bluelamp"), []).append(_check())
    table = Table("", "stock, s", "bluelamp, s", "stock / bluelamp", title="medians, and the ratio pair by pair")
    for verb in ("preview", "up"):
        stock, ours = times[verb, "stock"], times[verb, "bluelamp"]
        ratio = statistics.median(a / b for a, b in zip(stock, ours, strict=True))
        table.add_row(f"{verb}, 302 resources", _median(stock), _median(ours), f"{ratio:.1f}")
    table.add_row("check, one force", "", _median(times["check essex", "bluelamp"]), "")
    console.print(table)
    packs.measure(engine, 2 * rounds + 1, console)
    manifests.measure(rounds, console)


def _network(engine: Engine, side: str) -> dict[str, float]:
    """Seconds for a preview and an up of the network program, from an empty cloud."""
    with network(engine, side=side) as (held, _):
        # The providers' types are read on first use; a warm process has read them.
        _timed(lambda: run(held, _quietly("pulumi preview")))
        return {
            "preview": _timed(lambda: run(held, _quietly("pulumi preview"))),
            "up": _timed(lambda: run(held, _quietly("pulumi up --skip-preview"))),
        }


def _quietly(command: str) -> list[str]:
    return ["sh", "-c", f"exec {command} > /dev/null"]


def _check() -> float:
    return running.run([running.COMMAND, "check", "essex"], ended={0}, kept=False)[0].clock


def _timed(work: Callable[[], int]) -> float:
    start = time.perf_counter()
    status = work()
    seconds = time.perf_counter() - start
    if status:
        raise SystemExit(f"a measured command ended with status {status}")
    return seconds


def _median(values: list[float]) -> str:
    return f"{statistics.median(values):.1f}"


main()
