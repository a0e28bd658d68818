"""The tactical ledger: tactical spend with its exit date, successor and cost of a late exit."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date

from bluelamp.core.roadmap import Milestone, Roadmap, Tactical
from bluelamp.policies import Resource
from bluelamp.roadmap.model import Debt
from bluelamp.roadmap.schedule import months_after


def ledger(roadmap: Roadmap, resources: Iterable[Resource], day: date) -> tuple[Debt, ...]:
    """The tactical spend of the roadmap and of resources tagged as tactical, by exit date.

    Resources with a debt ID that is not on the roadmap are described by their tags only, those without one together.
    """
    tagged: dict[str, list[Mapping[str, object]]] = {}
    for each in resources:
        tags = each.properties.get("tags")
        if isinstance(tags, Mapping) and str(tags.get("spend-type")).lower() == "tactical":
            tagged.setdefault(str(tags.get("debt-id") or ""), []).append(tags)
    known = {each.id: each for each in roadmap.tactical}
    debts = [_planned(each, roadmap, day, len(tagged.get(each.id, ()))) for each in roadmap.tactical]
    debts += [_tagged(id_, tags, roadmap, day) for id_, tags in tagged.items() if id_ not in known]
    return tuple(sorted(debts, key=lambda each: (each.exit_date or date.max, each.id)))


def delivers(roadmap: Roadmap, successor: str) -> Milestone | None:
    """The first milestone that delivers the successor, or the successor of the debt with that ID; None for none."""
    by_id = {each.id: each for each in roadmap.tactical}
    by_module = {each.module: each for each in roadmap.tactical if each.module}
    seen: set[str] = set()
    while successor not in seen:
        seen.add(successor)
        found = [each for each in roadmap.milestones if successor in each.delivers]
        if found:
            return min(found, key=lambda each: (each.end, each.id))
        after = by_id.get(successor) or by_module.get(successor)
        if after is None:
            return None
        successor = after.successor
    return None


def _planned(spend: Tactical, roadmap: Roadmap, day: date, resources: int) -> Debt:
    milestone = delivers(roadmap, spend.successor)
    return Debt(
        id=spend.id,
        title=spend.title,
        exit_date=spend.exit_date,
        successor=spend.successor,
        milestone=milestone.id if milestone else "",
        replaced=milestone.end if milestone else None,
        exit_cost=spend.exit_cost,
        monthly_cost=spend.monthly_cost,
        months_late=_late(spend.exit_date, milestone, day),
        overdue=spend.exit_date < day,
        resources=resources,
    )


def _tagged(id_: str, tags: list[Mapping[str, object]], roadmap: Roadmap, day: date) -> Debt:
    first = tags[0]
    exit_date: date | None = None
    with suppress(ValueError):
        exit_date = date.fromisoformat(str(first.get("exit-date")))
    successor = str(first.get("successor-module") or "")
    milestone = delivers(roadmap, successor)
    cost = str(first.get("exit-cost-gbp") or "").replace(",", "")
    return Debt(
        id=id_,
        title="tagged tactical, and not in the roadmap",
        exit_date=exit_date,
        successor=successor,
        milestone=milestone.id if milestone else "",
        replaced=milestone.end if milestone else None,
        exit_cost=int(cost) if cost.isdecimal() else None,
        monthly_cost=None,
        months_late=_late(exit_date, milestone, day) if exit_date else None,
        overdue=exit_date is not None and exit_date < day,
        resources=len(tags),
    )


def _late(exit_date: date, milestone: Milestone | None, day: date) -> int | None:
    """The months from the exit date to the end of the successor's milestone, or to today if that is past."""
    if milestone is None:
        return None
    return months_after(exit_date, max(milestone.end, day) if exit_date < day else milestone.end)
