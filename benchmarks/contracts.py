"""`python -m benchmarks.contracts [ROUNDS]`: contract checks over three files, against `datacontract test`.

Both sides are commands, run in turn: `datacontract test` (in the environment of `make interop`) and `bluelamp quality`,
with the same contract of street-level crime over the same three months of published data.
"""

import statistics
import tempfile
from pathlib import Path
from typing import Final

from benchmarks import running
from bluelamp.core.contracts import read_folder
from bluelamp.demonstration.fetch import fetch
from bluelamp.workloads import single_view
from tests.interop.__main__ import PYTHON, theirs_of

PROMISED_RATIO: Final = 10
_ASSET: Final = "street-crime"


def main() -> None:
    """Measures and prints; status 1 if the promise is not kept."""
    rounds = running.number(1, 3)
    console = running.console()
    if not PYTHON.exists():
        raise SystemExit("datacontract-cli is not there: run `make interop` once")
    times: dict[str, list[float]] = {"datacontract test": [], "bluelamp quality": []}
    with tempfile.TemporaryDirectory() as name:
        commands = _prepared(Path(name))
        for _ in range(rounds):
            for side, command in commands.items():
                times[side].append(running.run(command, Path(name))[0].clock)
    for side, taken in times.items():
        console.print(f"{side}: {statistics.median(taken):.1f} s")
    ratio = statistics.median(a / b for a, b in zip(*times.values(), strict=True))
    console.print(f"ratio, pair by pair: {ratio:.1f}; promised: at least {PROMISED_RATIO}")
    raise SystemExit("not as promised" if ratio < PROMISED_RATIO else 0)


def _prepared(root: Path) -> dict[str, list[str]]:
    fetch(root / "data")
    demo = Path(single_view.__file__).parent / "demo"
    contract = next(each for each in read_folder(demo / "contracts", demo) if each.asset == _ASSET)
    (root / "theirs.yaml").write_text(theirs_of(contract, root / "data" / _ASSET / "*.csv"), encoding="utf-8")
    (root / "Pulumi.yaml").write_text("name: benchmark\n", encoding="utf-8")
    assets = root / "stacks" / "benchmark" / "assets"
    assets.mkdir(parents=True)
    (assets / f"{_ASSET}.yaml").write_bytes((demo / "contracts" / f"{_ASSET}.yaml").read_bytes())
    ours = [str(running.COMMAND), "quality", "benchmark", "--data", "data", "--no-history"]
    # Status 3: the newest month is as old as the file.
    return {
        "datacontract test": [str(PYTHON.with_name("datacontract")), "test", "theirs.yaml"],
        "bluelamp quality": [*ours, "--as-of", "2018-08-31"],
    }


if __name__ == "__main__":
    main()
