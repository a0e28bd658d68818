"""`python -m benchmarks.explaining [ROUNDS] [FORCE]`: the cost of `explain FORCE RESOURCE PROPERTY` compared with
`check`.

Both run alternately as separate processes. The benchmark compares processor time, because elapsed time on a busy
machine includes other work.
"""

import statistics
import sys
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks import running

PROMISED: Final = 1.5
_PROPERTIES: Final = (
    ("hub-network", "enableDdosProtection"),
    ("vault-vault", "properties.enablePurgeProtection"),
    # The program declares this one among the last, and it depends on many settings.
    ("landing-zone-records-backup-backup-vault", "tags"),
)


def main() -> None:
    """Measures and prints; status 1 if a ratio is above the promised one."""
    rounds = running.number(1, 3)
    force = sys.argv[2] if len(sys.argv) > 2 else "essex"
    checks: list[float] = []
    explains: dict[tuple[str, str], list[float]] = {each: [] for each in _PROPERTIES}
    for _ in range(rounds):
        checks.append(_cost("check", force))
        for name, path in _PROPERTIES:
            explains[name, path].append(_cost("explain", force, name, path))
    table = Table("command", "processor time, s", "ratio to check")
    table.add_row(f"check {force}", f"{statistics.median(checks):.2f}", "1.00")
    ratios = []
    for (name, path), costs in explains.items():
        ratios.append(statistics.median(costs) / statistics.median(checks))
        table.add_row(f"explain {force} {name} {path}", f"{statistics.median(costs):.2f}", f"{ratios[-1]:.2f}")
    Console().print(table)
    sys.exit(1 if max(ratios) > PROMISED else 0)


def _cost(*words: str) -> float:
    """The processor seconds of one run of the command."""
    return running.run([running.COMMAND, *words])[0].processor


if __name__ == "__main__":
    main()
