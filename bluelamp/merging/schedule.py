"""Schedules the milestones of two forces: each begins after its dependencies end."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from bluelamp.core.dependencies import ordered

_DAY = timedelta(days=1)


def in_order(roadmap: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """A roadmap whose milestones keep their length and begin after their dependencies end, and the moved dates by path.

    A roadmap with invalid dates or dependencies, or with a dependency cycle, is not changed.
    """
    milestones = roadmap.get("milestones")
    try:
        dates = {each["id"]: (_day(each["start"]), _day(each["end"])) for each in milestones or ()}
        needs = {each["id"]: [*each.get("dependsOn", ())] for each in milestones or ()}
        names = ordered(needs)
    except (KeyError, TypeError, ValueError):
        return dict(roadmap), {}
    for name in names:
        start, end = dates[name]
        first = max([start, *(dates[each][1] + _DAY for each in needs[name] if each in dates)])
        dates[name] = (first, end + (first - start))
    scheduled: list[Any] = []
    changed: dict[str, str] = {}
    for each in milestones or ():
        new = dict(zip(("start", "end"), (day.isoformat() for day in dates[each["id"]]), strict=True))
        changed |= {f"milestones[{each['id']}].{key}": value for key, value in new.items() if each[key] != value}
        scheduled.append({**each, **new})
    return ({**roadmap, "milestones": scheduled}, changed) if changed else (dict(roadmap), {})


def _day(value: object) -> date:
    if not isinstance(value, str):
        raise TypeError
    return date.fromisoformat(value)
