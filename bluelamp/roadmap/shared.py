"""Milestones that several forces could reach together: the same unreached goal in the same months."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bluelamp.core.roadmap import DEMANDS
from bluelamp.roadmap.model import MilestoneProgress, RoadmapProgress


@dataclass(frozen=True, slots=True)
class Shared:
    """A demand or a component in unreached milestones of at least two forces, and the days common to all."""

    kind: str
    """`demand` or `component`."""
    subject: str
    title: str
    start: date
    end: date
    milestones: Mapping[str, str]
    """The milestone of each force, by force."""
    own: int
    """The number of forces with their own dates instead of those of a default roadmap."""

    @property
    def forces(self) -> int:
        """The number of forces that share it."""
        return len(self.milestones)


@dataclass(frozen=True, slots=True)
class _Ahead:
    force: str
    own: bool
    milestone: str
    start: date
    end: date


def shared(standings: Iterable[RoadmapProgress]) -> tuple[Shared, ...]:
    """The demands and components that at least two forces have ahead at the same time; most forces first.

    For each it is the largest group of forces whose milestones all overlap, and the earliest of several.
    """
    subjects: dict[tuple[str, str], list[_Ahead]] = {}
    for standing in standings:
        for each in standing.milestones:
            if each.reached or each.milestone.end < standing.day:
                continue
            start = max(each.milestone.start, standing.day)
            ahead = _Ahead(standing.force, standing.own, each.milestone.id, start, each.milestone.end)
            for named in _subjects(each):
                subjects.setdefault(named, []).append(ahead)
    found = []
    for (kind, subject), listed in subjects.items():
        group = _largest(listed)
        if len(group) > 1:
            start, end = max(each.start for each in group), min(each.end for each in group)
            title = DEMANDS[subject] if kind == "demand" else subject
            milestones = {each.force: each.milestone for each in group}
            own = sum(1 for each in group if each.own)
            found.append(Shared(kind, subject, title, start, end, dict(sorted(milestones.items())), own))
    return tuple(sorted(found, key=lambda each: (-each.forces, each.kind, each.subject)))


def _subjects(standing: MilestoneProgress) -> list[tuple[str, str]]:
    """The demands of a milestone and its missing components."""
    milestone = standing.milestone
    asked = zip(milestone.exit_criteria, standing.criteria, strict=True)
    components = [each.component for each, decided in asked if each.component and not decided.met]
    return [("demand", each) for each in milestone.enables] + [("component", each) for each in components]


def _largest(listed: list[_Ahead]) -> list[_Ahead]:
    """The largest group of milestones that are active on the same day, one for each force."""
    best: list[_Ahead] = []
    for start in sorted({each.start for each in listed}):
        first: dict[str, _Ahead] = {}
        for each in listed:
            if each.start <= start <= each.end:
                first.setdefault(each.force, each)
        if len(first) > len(best):
            best = list(first.values())
    return best
