"""`python -m tests.resilience.fleet`: kills processes at random while commands run for the whole fleet.

`up --all --rehearse`, then `preview` and `drift`, run with the real engine in a copy of the project. Every force has to
end done or clearly marked, the next run has to complete the rest, and nothing may be applied twice. The exit status is
1 otherwise.
"""

import argparse
import contextlib
import hashlib
import json
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import yaml

from tests.resilience.kills import Killer, Run, kills
from tests.resilience.running import Place, kill_all, processes
from tests.resilience.subjects import ROOT

_PATIENCE = 30.0
"""Seconds in which the processes of a command that was killed have to end by themselves."""
_MOST_RUNS = 8
"""Runs of one verb beyond those that a kill has cut short."""
_STATES = ("done", "failed", "interrupted", "under way", "not begun")


@dataclass
class Fleet:
    """A project with some forces, and the problems found."""

    place: Place
    forces: list[str]
    jobs: int
    rows: list[tuple[str, ...]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def words(self, verb: str, *more: str) -> list[str]:
        """The command for all forces, or for those in `more`."""
        chosen = [each for each in more if not each.startswith("-")] or ["--all"]
        options = [each for each in more if each.startswith("-")]
        return [verb, "--rehearse", *chosen, *options, "--jobs", str(self.jobs), "--format", "json"]

    def wrong(self, what: str) -> None:
        """Records a problem, and prints it at once."""
        self.problems.append(what)
        say(f"WRONG: {what}")

    def note(self, words: Sequence[str], run: Run, states: dict[str, str]) -> None:
        """Adds a row for a run, and prints it."""
        count = Counter(states.values())
        shown = [word for word in words if word not in ("--format", "json", "--jobs", str(self.jobs))]
        listed = [word for word in shown if not word.startswith("-")]
        command = " ".join(shown) if len(listed) < 4 else f"{shown[0]} --rehearse ({len(listed) - 1} forces)"
        killed_processes = Counter(each.role for each in run.killed_processes if each.force)
        row = (
            command,
            ", ".join(f"{number} {role}" if number > 1 else role for role, number in killed_processes.items()) or "-",
            "killed" if run.killed else f"status {run.status}",
            *(str(count[each]) for each in _STATES),
            f"{run.seconds:.0f} s",
        )
        self.rows.append(row)
        say("  ".join(row))
        for each in run.killed_processes:
            say(f"    killed: {each}; {states.get(each.force, '')}")

    def check(self, run: Run) -> None:
        """Checks every run: no traceback, an expected status, and the processes of a killed command end by themselves."""
        if "Traceback" in run.err + run.out:
            self.wrong(f"a traceback: {run.err[-1500:]}")
        if not run.killed and run.status not in (0, 1):
            self.wrong(f"status {run.status}: {run.err[-500:]}")

    def quiet(self) -> None:
        """Checks that no process of the project still runs."""
        if left := processes(self.place, _PATIENCE):
            self.wrong(f"{len(left)} processes are left")
            kill_all(self.place)


HEADINGS = ("command", "killed beside it", "ended", *_STATES, "took")


def say(line: str) -> None:
    """Writes a line with the time."""
    sys.stdout.write(f"{datetime.now(UTC):%H:%M:%S} {line}\n")
    sys.stdout.flush()


def project(folder: Path, forces: int) -> tuple[Place, list[str]]:
    """A copy of the project with the `forces` smallest stack files, or all for 0. An existing copy is used again."""
    place = Place(folder, f"fleet-{folder.name}", {})
    root = place.root
    if root.is_dir():
        return place, [path.name.split(".")[1] for path in sorted((root / "stacks").glob("Pulumi.*.yaml"))]
    root.mkdir(parents=True)
    shutil.copy(ROOT / "Pulumi.yaml", root)
    for name in ("stacks", "infra", "modules", "policies"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    (root / ".venv").symlink_to(Path(sys.prefix))
    files = sorted((root / "stacks").glob("Pulumi.*.yaml"), key=lambda path: (path.stat().st_size, path.name))
    for path in files[forces:] if forces else ():
        path.unlink()
    chosen = [path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in files[: forces or None]]
    (root / "stacks" / "waves.yaml").write_text(yaml.safe_dump(waves(chosen)), encoding="utf-8")
    return place, chosen


def waves(forces: Sequence[str]) -> dict[str, object]:
    """A canary, a quarter of the forces, and the others, of which a tenth may fail."""
    first, *rest = forces
    early = max(1, len(rest) // 4)
    rings = [
        {"name": "early", "forces": rest[:early], "failureLimit": 1},
        {"name": "late", "forces": rest[early:], "failureLimit": "10%"},
    ]
    return {"canary": first, "rings": [ring for ring in rings if ring["forces"]]}


def bring_up(fleet: Fleet, killer: Killer) -> None:
    """`up --all`, then `--resume` until every force is done."""
    more = ("--resume",) if recorded(fleet) else ()
    cut = 0
    for number in range(_MOST_RUNS + len(killer.left)):
        done = {force: digest(fleet, force) for force, state in recorded(fleet).items() if state == "done"}
        under_way = [force for force, state in recorded(fleet).items() if state == "under way"]
        words = fleet.words("up", *more)
        run = killer.run(words)
        states = recorded(fleet)
        fleet.note(words, run, states)
        fleet.check(run)
        _same_as_before(fleet, done)
        for force in under_way:
            if not any(force in line for line in run.err.splitlines() if "earlier run: " in line):
                fleet.wrong(f"--resume says nothing of {force}, which a killed run has left under way")
        if run.killed:
            cut += 1
        else:
            _marked(fleet, run, states)
            if run.status == 0:
                break
        more = ("--resume",) if recorded(fleet) else ()
        if number - cut > _MOST_RUNS:
            break
    if set(recorded(fleet).values()) != {"done"}:
        fleet.wrong(f"not every force is done: {recorded(fleet)}")
    fleet.quiet()
    _agreed(fleet)


def run_read_only(fleet: Fleet, killer: Killer, verb: str, *options: str) -> None:
    """`preview` or `drift` of all forces, then of those that a kill interrupted; nothing may differ."""
    left = list(fleet.forces)
    for _ in range(_MOST_RUNS + len(killer.left)):
        every = len(left) == len(fleet.forces)
        words = fleet.words(verb, *options, *(() if every else left))
        run = killer.run(words)
        found = {
            force: "done" if one["status"] == 0 and not one["changes"] else "failed"
            for force, one in run.forces.items()
        }
        fleet.note(words, run, {force: found.get(force, "not begun") for force in left})
        fleet.check(run)
        if run.killed:
            continue
        _marked(fleet, run, {force: found.get(force, "has no result") for force in left})
        left = [force for force in left if found.get(force) != "done"]
        if not left:
            break
    if left:
        fleet.wrong(f"{verb}: {', '.join(left)} cannot be brought to an end")
    fleet.quiet()


def _marked(fleet: Fleet, run: Run, states: dict[str, str]) -> None:
    """For a run that ended by itself: a failed force was hit and has an error, a done one has none, and the status
    fits.
    """
    output = run.forces
    for force, state in states.items():
        if state == "failed":
            if force not in run.hit:
                fleet.wrong(f"{force} failed, of which nothing was killed: {output.get(force, {}).get('errors')}")
            if not output.get(force, {}).get("errors"):
                fleet.wrong(f"{force} failed and no error says why")
        elif state not in ("done", "not begun"):
            fleet.wrong(f"{force} is {state} after a run that ended by itself")
    if (run.status == 0) != all(state == "done" for state in states.values()):
        fleet.wrong(f"status {run.status} with {Counter(states.values())}")


def recorded(fleet: Fleet) -> dict[str, str]:
    """The recorded state of each force; empty before the first run."""
    file = fleet.place.root / ".bluelamp" / "rehearsal" / "runs" / "up.json"
    if not file.exists():
        return {}
    return {force: each["state"] for force, each in json.loads(file.read_bytes())["forces"].items()}


def digest(fleet: Fleet, force: str) -> str:
    """The digest of the force's state file."""
    return hashlib.sha256(_state_file(fleet, force).read_bytes()).hexdigest()


def _same_as_before(fleet: Fleet, done: dict[str, str]) -> None:
    for force, before in done.items():
        if digest(fleet, force) != before:
            fleet.wrong(f"{force} was done, and has been written again")


def _state_file(fleet: Fleet, force: str) -> Path:
    from bluelamp.rehearsal.space import Space

    [file] = (Space(fleet.place.root).state / ".pulumi" / "stacks").glob(f"*/{force}.json")
    return file


def _agreed(fleet: Fleet) -> None:
    """Checks that the cloud and the states hold the same resources, each once."""
    from bluelamp.rehearsal.space import Space

    with contextlib.closing(Space(fleet.place.root).open_store()) as store:
        cloud = Counter(record.urn for record in store.all())
    state: Counter[str] = Counter()
    for force in fleet.forces:
        latest = json.loads(_state_file(fleet, force).read_bytes())["checkpoint"]["latest"]
        if latest.get("pending_operations"):
            fleet.wrong(f"{force} has pending operations")
        state.update(
            one["urn"] for one in latest["resources"] if one.get("custom") and not one["type"].startswith("pulumi:")
        )
    for what, found in (("in the cloud only", cloud - state), ("in a state only", state - cloud)):
        if found:
            fleet.wrong(f"{found.total()} resources are {what}: {', '.join(list(found)[:3])}")
    say(f"{len(fleet.forces)} states and the cloud hold the same {cloud.total()} resources")


def table(rows: Sequence[Sequence[str]]) -> str:
    """The runs as a Markdown table."""
    lines = [f"| {' | '.join(row)} |" for row in (HEADINGS, *rows)]
    lines.insert(1, f"|{'---|' * len(HEADINGS)}")
    return "\n".join(lines) + "\n"


def attempt(
    folder: Path, *, forces: int, some: int, commands: int, seed: int, jobs: int, verbs: Sequence[str]
) -> Fleet:
    """Runs everything in `folder`, with `some` kills in each verb, and `commands` kills of the command itself."""
    place, chosen = project(folder, forces)
    fleet, chance = Fleet(place, chosen, jobs), random.Random(seed)
    count = len(chosen)
    try:
        bring_up(fleet, Killer(place, kills(2 * count, some, commands, chance)))
        if "preview" in verbs:
            killer = Killer(place, kills(count, some, commands, chance, early=True))
            run_read_only(fleet, killer, "preview", "--expect-no-changes")
        if "drift" in verbs:
            run_read_only(fleet, Killer(place, kills(count, some, commands, chance, early=True)), "drift")
    finally:
        kill_all(place)
    return fleet


def main() -> int:
    """Runs the script; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.resilience.fleet", description=__doc__)
    parser.add_argument("--forces", type=int, default=0, help="how many forces, the smallest ones; 0 for all")
    parser.add_argument("--kills", type=int, default=8, help="processes of engines that are killed in each command")
    parser.add_argument("--command-kills", type=int, default=1, help="how often each command itself is killed")
    parser.add_argument("--only", choices=("up", "preview", "drift"), help="up, and after it this verb alone")
    parser.add_argument("--seed", type=int, default=14)
    parser.add_argument("--jobs", type=int, default=2, help="forces at a time")
    parser.add_argument("--markdown", type=Path, help="write the table of runs into this file")
    parser.add_argument("--keep", type=Path, help="work in this folder, and keep it; go on with what it holds")
    asked = parser.parse_args()
    folder = asked.keep or Path(tempfile.mkdtemp(prefix="bluelamp-fleet-")) / "fleet"
    try:
        fleet = attempt(
            folder.resolve(),
            forces=asked.forces,
            some=asked.kills,
            commands=asked.command_kills,
            seed=asked.seed,
            jobs=asked.jobs,
            verbs=[asked.only] if asked.only else ["preview", "drift"],
        )
    finally:
        if asked.keep is None:
            shutil.rmtree(folder.parent, ignore_errors=True)
    sys.stdout.write(table(fleet.rows))
    if asked.markdown:
        asked.markdown.write_text(table(fleet.rows), encoding="utf-8")
    say(f"{len(fleet.problems)} problems")
    return 1 if fleet.problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
