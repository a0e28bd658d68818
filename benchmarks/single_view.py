"""`python -m benchmarks.single_view [RECORDS]`: time and memory of `make single-view`, and how linking grows.

The demonstration runs in a process of its own, from an empty project, with the published data in the cache: contracts,
linking, view, forecast and pages. Then RECORDS generated people (300,000, or none for 0) are linked, against 30,000 in
the same run.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from benchmarks import running
from bluelamp.demonstration.fetch import fetch

PROMISED_SECONDS: Final = 90
PROMISED_MIB: Final = 1024
PROMISED_RATIO: Final = 12
PROMISED_MIB_MANY: Final = 3072
_LINK: Final = """
import sys
from pathlib import Path
from bluelamp.core.contracts import read_folder
from bluelamp.workloads import single_view
from bluelamp.workloads.single_view import build, people, read_mappings
demo, folder = Path(single_view.__file__).parent / "demo", Path(sys.argv[1])
contracts = read_folder(demo / "contracts", demo)
mappings = [each for each in read_mappings(demo / "mappings", demo, contracts) if each.asset in people.SYSTEMS]
chosen = [each for each in contracts if each.asset in people.SYSTEMS]
print(build(chosen, mappings, folder, folder / "view", subject="benchmark").linked[0])
"""


def main() -> None:
    """Measures and prints; status 1 if a promise is not kept."""
    many = running.number(1, 300_000)
    console = running.console()
    broken = []
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        fetch(root / "cached")
        (root / "Pulumi.yaml").write_text("name: benchmark\n", encoding="utf-8")
        (root / "stacks").mkdir()
        seconds, mib = _measured([sys.executable, "-m", "bluelamp.demonstration.single_view"], root)
        console.print(f"make single-view: {seconds:.0f} s, {mib:.0f} MiB")
        console.print(f"promised: at most {PROMISED_SECONDS} s on 2 quiet cores, {PROMISED_MIB} MiB")
        if seconds > PROMISED_SECONDS or mib > PROMISED_MIB:
            broken.append("make single-view")
        if many:
            few_seconds, _ = _linked(root, 30_000)
            seconds, mib = _linked(root, many)
            ratio = seconds / few_seconds
            console.print(f"linking {many:,}: {seconds:.0f} s, {ratio:.1f} times 30,000, {mib:.0f} MiB")
            console.print(f"promised: at most {PROMISED_RATIO} times as long, {PROMISED_MIB_MANY} MiB")
            if ratio > PROMISED_RATIO or mib > PROMISED_MIB_MANY:
                broken.append("linking")
    raise SystemExit(f"not as promised: {', '.join(broken)}" if broken else 0)


def _linked(root: Path, records: int) -> tuple[float, float]:
    from bluelamp.workloads.single_view import people

    folder = root / str(records)
    people.generate(folder, records)
    return _measured([sys.executable, "-c", _LINK, str(folder)], root)


def _measured(command: list[str], folder: Path) -> tuple[float, float]:
    """Seconds, and the peak resident memory in MiB of the largest process so far."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, env=dict(os.environ))
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"a measured command ended with status {process.returncode}")
    return time.perf_counter() - start, _mib(used)


def _mib(used: resource.struct_rusage) -> float:
    return used.ru_maxrss / 1024


if __name__ == "__main__":
    main()
