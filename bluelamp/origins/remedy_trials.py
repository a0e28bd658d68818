"""Finds settings that fix rules' failures: `python -m bluelamp.origins.remedy_trials STACK...` adds to `remedies.json`.

Each setting is changed in turn, and the estate is planned and judged. A setting is a remedy for a rule if a resource
fails with one value and passes with another. `tests/origins/test_remedies.py` verifies every entry with settings files
as a user would write them.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bluelamp.core.files import replace
from bluelamp.fleet.judge import judge_plan
from bluelamp.infra.force import Force, load
from bluelamp.infra.settings.profiles import LEVELS
from bluelamp.origins.leaves import Leaf, changed, leaves
from bluelamp.origins.remedies import FILE, Remedy, written_as
from bluelamp.planning import plan_settings
from bluelamp.policies import Verdict

_IDENTITY: Final = re.compile(
    r"environment|profile|classification\..*|versionAliases|.*[aA]rchetype|azure\.topology|owner\..*|costCentre"
    r"|roadmapMilestone|onPremises\.(domain|sites).*|.*\.(name|amount|contacts\[\*\]|thresholds\[\*\]|principalId|expires)"
)
"""Settings that identify the force or its owner. They are never a remedy."""
Verdicts = dict[tuple[str, str], Verdict]


def trials(force: Force, root: Path, only: str = "") -> Iterator[Remedy]:
    """The remedies found with `force`. `only` is a pattern of the settings to try."""
    base = _judged(force, root)
    assert base is not None, f"{force.slug} cannot be planned"
    for leaf in leaves(force, root):
        setting = written_as(leaf.path)
        if leaf.file.endswith("forces.yaml") or _IDENTITY.fullmatch(setting) or not re.match(only, setting):
            continue
        seen: dict[Any, Verdicts] = {leaf.value: base}
        for other in _others(leaf):
            try:
                verdicts = _judged(changed(force, leaf, other), root)
            except Exception:  # noqa: S112 - the program may reject a generated value
                continue
            if verdicts is not None:
                seen[other] = verdicts
        yield from _remedies(setting, seen)


def _others(leaf: Leaf) -> list[Any]:
    if set(LEVELS) <= set(leaf.others):
        return ["off", "full"]
    if isinstance(leaf.value, int) and not isinstance(leaf.value, bool):
        return [*leaf.others, leaf.value // 2, 1]
    return [each for each in leaf.others if isinstance(each, (bool, str, int))]


def _judged(force: Force, root: Path) -> Verdicts | None:
    """Each rule's verdict on each resource; None if the program or the cloud refuses the settings."""
    plan = plan_settings(force, root, stack=force.slug)
    if plan.errors or plan.refused:
        return None
    report = judge_plan(plan, root)
    return {(each.rule.id, each.urn): each.verdict for each in report.findings}


def _remedies(setting: str, seen: Mapping[Any, Verdicts]) -> Iterator[Remedy]:
    """The remedies that follow from `seen`, the verdicts with each value of one setting."""
    keys = sorted({key for verdicts in seen.values() for key in verdicts})
    values = sorted((each for each in seen if each is not None), key=_order)
    for rule, urn in keys:
        failing = [value for value in seen if seen[value].get((rule, urn)) is Verdict.FAIL]
        passing = [value for value in values if seen[value].get((rule, urn)) is Verdict.PASS]
        if failing and passing:
            yield Remedy(rule, setting, passing[0], urn.rpartition("::")[0].rpartition("$")[2].rpartition("::")[2])


def _order(value: Any) -> tuple[int, Any]:
    """The sort key of a recommended value: the highest level of a component, the smallest number first."""
    return (LEVELS.index(value) * -1, "") if value in LEVELS else (0, value if isinstance(value, int) else str(value))


def main(words: Sequence[str]) -> None:
    """Adds the remedies found with these stacks to `remedies.json`; `--only=PATTERN` limits the settings tried."""
    stacks = [word for word in words if not word.startswith("--")]
    only = next((word.removeprefix("--only=") for word in words if word.startswith("--only=")), "")
    root = Path.cwd()
    found = {Remedy(**each) for each in json.loads(FILE.read_text(encoding="utf-8"))} if FILE.exists() else set()
    for stack in stacks:
        for each in trials(load(stack, root=root), root, only):
            if each not in found:
                print(each, flush=True)  # noqa: T201 - a tool for developers
            found.add(each)
            rows = [one.as_dict() for one in sorted(found, key=lambda each: (each.rule, each.setting, each.type))]
            replace(FILE, (json.dumps(rows, indent=1) + "\n").encode(), mode=0o644)


if __name__ == "__main__":
    main(sys.argv[1:])
