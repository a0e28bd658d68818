"""`python -m tests.resilience`: stops Bluelamp at random points, and checks that the next run repairs everything.

The exit status is 1 if it does not at some point.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from tests.resilience.figures import markdown, table
from tests.resilience.points import Measured, Outcome, Point, attempt, measure, template
from tests.resilience.running import WHOLE_GROUP
from tests.resilience.subjects import ROOT, SUBJECTS, Settled

_WHOLE_SHARE = 0.6
"""The share of kills that hit every process at once; the others hit one of them."""
_REAL_GO = 50
"""One in this many kills of an installation has Go link the engine, which takes most of a minute."""


def points(names: Sequence[str], kills: int, disks: int, seed: int) -> Iterator[Point]:
    """The points of each command, the same ones for the same seed."""
    for name in names:
        subject, chance = SUBJECTS[name], random.Random(f"{seed} {name}")
        for number in range(kills):
            whole = not subject.roles or chance.random() < _WHOLE_SHARE
            yield Point(
                name,
                number,
                chance.choice(subject.bases),
                chance.uniform(0.02, 1.0),
                WHOLE_GROUP if whole else chance.choice(subject.roles),
                real_go=name == "engine" and number % _REAL_GO == _REAL_GO - 1,
            )
        for number in range(disks):
            spread = (number + chance.random()) / disks
            yield Point(name, number, chance.choice(subject.bases), spread, disk=True)


def tried(work: Path, listed: Sequence[Point], jobs: int, *, verbose: bool) -> list[Outcome]:
    """Every outcome, `jobs` at a time, each in a process and a mount namespace of its own."""
    for name, base, real in dict.fromkeys((each.subject, each.base, each.real_go) for each in listed):
        template(work, name, base)
        _in_namespace(work, "measure", {"subject": name, "base": base, "real": real})
    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(jobs) as pool:
        for outcome in pool.map(lambda point: _tried(work, point), listed):
            outcomes.append(outcome)
            if verbose or not outcome.well:
                output = "ok" if outcome.well else "; ".join(outcome.settled.problems)
                missed = "" if outcome.hit else " (it had ended before)"
                _say(f"{len(outcomes)}/{len(listed)} {outcome.point}{missed}: {output}")
    return outcomes


def _tried(work: Path, point: Point) -> Outcome:
    found = _in_namespace(work, "point", asdict(point))
    return Outcome(point, found["hit"], Settled(**found["settled"]))


def _in_namespace(work: Path, what: str, given: dict[str, object]) -> dict[str, object]:
    """Runs `what` in a process with its own mounts; users other than root need user namespaces for that."""
    mapped = [] if os.geteuid() == 0 else ["--map-root-user"]
    words = ["unshare", *mapped, "--mount", "--propagation", "private", sys.executable, "-m", "tests.resilience"]
    done = subprocess.run(
        [*words, "--inside", what, "--work", str(work)],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{what} {given}: {done.stderr[-2000:]}")
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def _inside(what: str, work: Path) -> None:
    given = json.load(sys.stdin)
    if what == "measure":
        file = _measured(work, given["subject"], given["base"], real=given["real"])
        os.environ["BLUELAMP_RESILIENCE_GO"] = "real" if given["real"] else ""
        file.write_text(json.dumps(asdict(measure(work, given["subject"], given["base"]))), encoding="utf-8")
        _say("{}")
        return
    point = Point(**given)
    file = _measured(work, point.subject, point.base, real=point.real_go)
    outcome = attempt(work, point, Measured(**json.loads(file.read_text(encoding="utf-8"))))
    _say(json.dumps({"hit": outcome.hit, "settled": asdict(outcome.settled)}))


def _measured(work: Path, subject: str, base: str, *, real: bool) -> Path:
    return work / f"{subject}-{base}{'-real' if real else ''}.json"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Runs the script; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.resilience", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="points at which each command is killed")
    parser.add_argument("--full-disks", type=int, default=20, help="points at which the disk is full")
    parser.add_argument("--only", choices=sorted(SUBJECTS), help="one command instead of all")
    parser.add_argument("--seed", type=int, default=10)
    parser.add_argument("--jobs", type=int, default=2, help="points at a time")
    parser.add_argument("--verbose", action="store_true", help="a line for each point, not only for those that fail")
    parser.add_argument("--markdown", type=Path, help="write the figures into this file")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        _inside(asked.inside, asked.work)
        return 0
    work = Path(tempfile.mkdtemp(prefix="bluelamp-resilience-"))
    try:
        listed = list(points([asked.only] if asked.only else list(SUBJECTS), asked.kills, asked.full_disks, asked.seed))
        outcomes = tried(work, listed, asked.jobs, verbose=asked.verbose)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    _say(table(outcomes))
    if asked.markdown:
        asked.markdown.write_text(markdown(outcomes, asked.seed, datetime.now(UTC).date()), encoding="utf-8")
    return 0 if all(outcome.well for outcome in outcomes) else 1


if __name__ == "__main__":
    raise SystemExit(main())
