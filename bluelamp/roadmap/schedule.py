"""The schedule of milestones: status, slack and critical path."""

from calendar import monthrange
from collections.abc import Collection, Mapping
from datetime import date, timedelta

from bluelamp.core.dependencies import longest_chain
from bluelamp.core.roadmap import Milestone, Roadmap
from bluelamp.roadmap.model import Status


def status(milestone: Milestone, day: date, *, reached: bool, waits: bool) -> Status:
    """The status of a milestone on `day`; `waits` is whether a dependency is not reached."""
    if reached:
        return Status.REACHED
    if milestone.end < day:
        return Status.OVERDUE
    if milestone.start > day:
        return Status.PLANNED
    return Status.BLOCKED if waits else Status.IN_PROGRESS


def days_left(milestone: Milestone, day: date) -> int:
    """The remaining days of a milestone from `day`, inclusive; 1 if it is overdue."""
    return max((milestone.end - max(milestone.start, day)).days + 1, 1)


def critical_path(roadmap: Roadmap, reached: Collection[str], day: date) -> tuple[list[str], int]:
    """The critical path: the chain of unreached milestones with the most remaining days, and those days."""
    lengths = {each.id: days_left(each, day) for each in roadmap.milestones if each.id not in reached}
    return longest_chain(lengths, roadmap.dependencies)


def slack(roadmap: Roadmap) -> Mapping[str, int]:
    """The days by which each milestone may end later without moving another milestone or the roadmap's end."""
    limits = {each.id: roadmap.end for each in roadmap.milestones}
    for each in roadmap.milestones:
        for before in each.depends_on:
            limits[before] = min(limits[before], each.start - timedelta(days=1))
    return {each.id: (limits[each.id] - each.end).days for each in roadmap.milestones}


def months_after(end: date, last: date) -> int:
    """The number of months that begin after `end` and by `last`: 6 from 30 September to 31 March."""
    first = end + timedelta(days=1)
    count = 0
    while first <= last:
        count += 1
        first = _months_later(end + timedelta(days=1), count)
    return count


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
