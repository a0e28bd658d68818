"""Plans a force and computes its progress on its roadmap."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Final

from bluelamp.core.contracts import read_assets
from bluelamp.core.dates import today
from bluelamp.core.dependencies import ordered
from bluelamp.core.roadmap import has_roadmap
from bluelamp.cost.estate import cost_of_plan
from bluelamp.fleet.judge import judge_plan
from bluelamp.fleet.planning import planning_each
from bluelamp.infra.force import load
from bluelamp.infra.settings.roadmap import roadmap_of
from bluelamp.planning.attempt import planned
from bluelamp.policies import rules
from bluelamp.pricing.model import By
from bluelamp.reports.selection import Selection
from bluelamp.resources import from_plan
from bluelamp.roadmap.criteria import CriteriaDecider, known_rules
from bluelamp.roadmap.ledger import ledger
from bluelamp.roadmap.model import MilestoneProgress, RoadmapProgress
from bluelamp.roadmap.schedule import critical_path, slack, status

_NONE: Final = "-"
"""An id that no rule has, as a selection without ids would select all rules."""


def progress_of(force: str, root: Path, day: date | None = None) -> RoadmapProgress:
    """The progress of `force` on its roadmap on `day`, by default today.

    Raises `SettingsError` if its settings or its roadmap are wrong, `BluelampError` if it cannot be planned.
    """
    on = day or today()
    settings = load(force, root=root)
    roadmap = roadmap_of(settings, root)
    asked = sorted({each.rule for one in roadmap.milestones for each in one.exit_criteria if each.rule})
    if asked:
        known_rules(roadmap, [each.id for each in rules()])
    plan = planned(force, root)
    findings = judge_plan(plan, root, selection=Selection(ids=tuple(asked) or (_NONE,))).findings
    assets = read_assets(root, settings.entry.force)
    decided = CriteriaDecider(settings, (each.type for each in plan.resources), findings, assets)
    criteria = {one.id: tuple(decided.decide(each) for each in one.exit_criteria) for one in roadmap.milestones}
    costs = cost_of_plan(plan, root)
    spent = costs.by(By.MILESTONE)
    open_prices = Counter(line.owner.milestone for line in costs.unpriced)
    room = slack(roadmap)
    reached: set[str] = set()
    milestones = []
    for name in ordered(roadmap.dependencies):
        milestone = roadmap.by_id[name]
        waits = tuple(each for each in milestone.depends_on if each not in reached)
        if not waits and all(each.met for each in criteria[name]):
            reached.add(name)
        now = status(milestone, on, reached=name in reached, waits=bool(waits))
        owner = milestone.owner or settings.owner.role
        cost = spent.get(name, Decimal(0))
        milestones.append(
            MilestoneProgress(milestone, owner, now, criteria[name], waits, room[name], cost, open_prices[name])
        )
    critical, days = critical_path(roadmap, reached, on)
    return RoadmapProgress(
        force=force,
        name=settings.name,
        day=on,
        roadmap=roadmap,
        own=has_roadmap(root, settings.entry.force),
        milestones=tuple(milestones),
        critical=tuple(critical),
        critical_days=days,
        debts=ledger(roadmap, from_plan(plan), on),
    )


def progress_of_each(
    forces: Sequence[str], root: Path, jobs: int | None = None, day: date | None = None
) -> Iterator[RoadmapProgress]:
    """`progress_of` for several forces, in as many processes as there are cores; in the given order."""
    one = partial(progress_of, root=root, day=day)
    yield from planning_each(one, forces, root, jobs)
