"""Digests of every force's plan and verdicts, which refactoring must not change.

`python -m tests.golden.unchanged [FORCE...]` compares all forces, or some, with `unchanged.json`, and shows the first
difference of each in words, for which it takes the files of the base commit from git. `--write` records the current
plans as the new base, after an intended change. The file also runs alone, with the packages of another commit.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

HERE: Final = Path(__file__).resolve()
ROOT: Final = HERE.parents[2]
KEPT: Final = HERE.with_suffix(".json")
NOON: Final = datetime(2026, 11, 30, 12, tzinfo=UTC)
"""The time at which forces are planned and judged: budgets begin in a month, exemptions end on a date."""
KEY: Final = b"unchanged"
"""For the digests of secrets."""
PROGRAM: Final = ("core", "infra", "modules", "policies")
"""The packages in which the time counts."""

Facts = dict[str, dict[str, Any]]
"""`inputs` by URN, and the verdict by `rule URN`."""


class _AtNoon(datetime):
    @classmethod
    def now(cls, tz: Any = None) -> "datetime":
        return NOON if tz is None else NOON.astimezone(tz)


@contextmanager
def at_noon() -> Iterator[None]:
    """The program and the rules see `NOON` as the current time."""
    import importlib

    import bluelamp

    package = Path(str(bluelamp.__file__)).parent
    changed = []
    for part in PROGRAM:
        for path in (package / part).rglob("*.py"):
            if "datetime.now(" in path.read_text("utf-8"):
                name = ".".join(("bluelamp", *path.relative_to(package).with_suffix("").parts))
                module = importlib.import_module(name.removesuffix(".__init__"))
                if vars(module).get("datetime") is datetime:
                    vars(module)["datetime"] = _AtNoon
                    changed.append(module)
    try:
        yield
    finally:
        for module in changed:
            vars(module)["datetime"] = datetime


def facts(plan: Any, root: Path) -> Facts:
    """The inputs of every resource of a plan, as JSON, and every verdict; at noon."""
    from bluelamp.comparison.snapshot import encoded
    from bluelamp.governance.read import governance
    from bluelamp.reports import Source, assess
    from bluelamp.resources import from_plan

    settled = governance(root, plan.stack)
    resources = from_plan(plan)
    report = assess(
        plan.stack, resources, Source.PLAN, root=root, governance=settled, today=NOON.date(), evidence=False
    )
    return {
        "inputs": {
            each.urn: {name: encoded(value, KEY) for name, value in each.inputs.items()} for each in plan.resources
        },
        "verdicts": {f"{each.rule.id} {each.urn}": str(each.verdict) for each in report.findings},
    }


def facts_of(force: str, root: Path) -> Facts:
    """The facts of a force of the project at `root`."""
    from bluelamp.planning import plan_force

    with at_noon():
        plan = plan_force(force, root)
        wrong = [*plan.errors, *(each.urn for each in plan.refused)]
        if wrong:
            raise SystemExit(f"{force} has no plan: {'; '.join(wrong)}")
        return facts(plan, root)


def digest(found: Facts) -> dict[str, str]:
    """The number of resources and of verdicts, each with the beginning of a SHA-256."""

    def short(part: Mapping[str, Any]) -> str:
        text = json.dumps(sorted(part.items()), sort_keys=True, ensure_ascii=False)
        return f"{len(part)} {hashlib.sha256(text.encode()).hexdigest()[:16]}"

    return {part: short(found[part]) for part in ("inputs", "verdicts")}


def kept() -> dict[str, Any]:
    """The base: its `commit`, and the digests by force."""
    content: dict[str, Any] = json.loads(KEPT.read_text("utf-8"))
    return content


def differences(before: Facts, now: Facts) -> list[str]:
    """The differences, one line each, in the order of the URNs."""
    from bluelamp.comparison import diff

    lines = []
    for urn in sorted({*before["inputs"], *now["inputs"]}):
        if urn not in before["inputs"] or urn not in now["inputs"]:
            lines.append(f"{urn} is {'gone' if urn in before['inputs'] else 'new'}")
            continue
        for steps, old, new in diff.differences(before["inputs"][urn], now["inputs"][urn]):
            path = diff.path_of(steps)
            lines.append(f"{urn}: {path}: was {json.dumps(old)[:200]}, is {json.dumps(new)[:200]}")
    for key in sorted({*before["verdicts"], *now["verdicts"]}):
        old, new = (side["verdicts"].get(key, "not judged") for side in (before, now))
        if old != new:
            lines.append(f"{key}: was {old}, is {new}")
    return lines


def main() -> None:
    """Compares, or writes."""
    words = argparse.ArgumentParser(prog="python -m tests.golden.unchanged", description=__doc__)
    words.add_argument("forces", nargs="*", metavar="FORCE", help="the forces to compare; all by default")
    words.add_argument("--write", action="store_true", help="keep what all forces plan now as the new base")
    words.add_argument("--facts", metavar="FOLDER", help="write FORCE.json of each force there, and nothing else")
    given = words.parse_args()
    if given.facts:
        for force in given.forces:
            (Path(given.facts) / f"{force}.json").write_text(json.dumps(facts_of(force, Path.cwd())), "utf-8")
    elif given.write:
        _write()
    else:
        raise SystemExit(_compare(given.forces))


def _planned(forces: Sequence[str]) -> Mapping[str, Facts]:
    from bluelamp.fleet.planning import planning_each

    return dict(zip(forces, planning_each(lambda force: facts_of(force, ROOT), forces, ROOT, None), strict=True))


def _write() -> None:
    from bluelamp.cli.select import with_stacks

    forces = {force: digest(found) for force, found in _planned(with_stacks(ROOT)).items()}
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    lines = ",\n".join(f"  {json.dumps(force)}: {json.dumps(found)}" for force, found in forces.items())
    KEPT.write_text(f'{{"commit": "{commit.strip()}", "forces": {{\n{lines}\n}}}}\n', "utf-8")
    sys.stdout.write(f"wrote {KEPT}\n")


def _compare(named: Sequence[str]) -> int:
    from bluelamp.cli.select import with_stacks

    base, there = kept(), with_stacks(ROOT)
    forces = list(named) or sorted({*base["forces"], *there})
    lost = [force for force in forces if force not in there]
    now = _planned([force for force in forces if force not in lost])
    changed = [force for force, found in now.items() if digest(found) != base["forces"].get(force)]
    for force in lost:
        sys.stdout.write(f"{force}: it has no stack file any more\n")
    for force in changed:
        if force not in base["forces"]:
            sys.stdout.write(f"{force}: it is new\n")
    known = [force for force in changed if force in base["forces"]]
    if known:
        with TemporaryDirectory(prefix="bluelamp-") as place:
            before = _at(base["commit"], known, Path(place))
        for force in known:
            found = differences(before[force], now[force]) if force in before else []
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            sys.stdout.write(f"{force}: {found[0] if found else 'differs'}{more}\n")
    sys.stdout.write(f"{len(forces) - len(lost) - len(changed)} of {len(forces)} forces are unchanged\n")
    return 1 if lost or changed else 0


def _at(commit: str, forces: Sequence[str], place: Path) -> dict[str, Facts]:
    """The facts of forces as planned at a commit by its own code; empty if git does not have it."""
    from bluelamp.core import git

    folder, out = place / "files", place / "out"
    folder.mkdir()
    out.mkdir()
    try:
        git.extract(ROOT, commit, folder)
    except git.GitError:
        sys.stdout.write(
            f"git does not have the files of {commit[:12]}: run `git fetch --unshallow` to see what differs\n"
        )
        return {}
    own = folder / HERE.relative_to(ROOT)
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    words = [sys.executable, "-P", str(own if own.exists() else HERE), "--facts", str(out), *forces]
    subprocess.run(words, cwd=folder, env=environment, check=True)
    return {force: json.loads((out / f"{force}.json").read_text("utf-8")) for force in forces}


if __name__ == "__main__":
    main()
