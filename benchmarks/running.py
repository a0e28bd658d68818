"""Code that every benchmark shares: running commands, measuring their cost, and printing it."""

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console

from bluelamp.engine.find import Engine
from bluelamp.engine.install import ensure

ROOT: Final = Path(__file__).parent.parent
COMMAND: Final = Path(sys.executable).with_name("bluelamp")
PROGRAM: Final = (sys.executable, "-P", "-c", "from bluelamp.cli import main; main()")
"""The command with the code that comes first in `PYTHONPATH`."""
JUDGED: Final = frozenset({0, 3})
"""Exit statuses of a command that has judged everything, with no rule broken or with some."""


@dataclass(frozen=True)
class Cost:
    """A cost, in seconds."""

    clock: float
    processor: float

    def shown(self, digits: int = 1) -> str:
        """Both as text: "12.3 (4.5)", with processor time in parentheses."""
        return f"{self.clock:.{digits}f} ({self.processor:.{digits}f})"


def median(costs: Iterable[Cost]) -> Cost:
    """The medians of elapsed and processor time."""
    costs = tuple(costs)
    return Cost(statistics.median(each.clock for each in costs), statistics.median(each.processor for each in costs))


def ratio(one: Cost, other: Cost) -> Cost:
    """The ratio of the costs of `one` and `other`, in elapsed and in processor time."""
    return Cost(one.clock / other.clock, one.processor / other.processor)


def processor(*of: int) -> float:
    """Processor seconds, by default of every child process that has ended."""
    used = [resource.getrusage(each) for each in of or (resource.RUSAGE_CHILDREN,)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def run(
    words: Sequence[str | Path],
    folder: Path = ROOT,
    environment: Mapping[str, str] | None = None,
    *,
    ended: Collection[int] = JUDGED,
    kept: bool = True,
) -> tuple[Cost, str]:
    """Runs a command in `folder`; returns its cost, including child processes, and its output, or nothing if it is not
    kept.

    Exits with the output if the command's status is not one of `ended`.
    """
    output, errors = (subprocess.PIPE, subprocess.STDOUT) if kept else (subprocess.DEVNULL, subprocess.PIPE)
    before, start = processor(), time.perf_counter()
    done = subprocess.run(
        words,
        cwd=folder,
        env=environment,
        check=False,
        stdout=output,
        stderr=errors,
        encoding="utf-8",
        errors="replace",
    )
    cost = Cost(time.perf_counter() - start, processor() - before)
    if done.returncode not in ended:
        line = subprocess.list2cmdline(map(str, words))
        raise SystemExit(f"{line} in {folder} ended with status {done.returncode}: {done.stdout or done.stderr}")
    return cost, done.stdout or ""


def number(place: int, usual: int) -> int:
    """The number at that position on the command line, such as the number of rounds."""
    return int(sys.argv[place]) if len(sys.argv) > place else usual


def console() -> Console:
    """The console for a benchmark's output."""
    return Console(soft_wrap=True, highlight=False)


def engine(shown: Console) -> Engine:
    """The engine, which is built if there is none."""
    return ensure(lambda stage, _share: shown.print(f"{stage}…"))
