"""The roadmap in an estate: its milestones, and the successors of tactical spend.

A program registers a component for each milestone and each tactical spend of the force's roadmap. All functions raise
`UnknownValue` if the result depends on an unknown value.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from bluelamp.core.asset_type import MILESTONE, TACTICAL
from bluelamp.core.dependencies import cycle_through
from bluelamp.policies.estate import Estate
from bluelamp.policies.value import UnknownValue, Value

UNJUDGED: Final = "there is no roadmap among the resources"


@dataclass(frozen=True)
class _Spend:
    """The tactical spend of an estate by debt ID and by module, and the modules that milestones deliver."""

    by_id: Mapping[str, Value]
    by_module: Mapping[str, Value]
    delivered: frozenset[str]


def milestones(estate: Estate) -> Mapping[str, Value]:
    """The milestones by id, cached."""
    return estate.once(_milestones)


def milestone(named: Value, estate: Estate) -> Value | None:
    """The milestone with the id in `named`; None if there is none."""
    return milestones(estate).get(str(named.get("")))


def day(value: Value) -> date:
    """The date at `value`, which must not be missing. Raises `UnknownValue` if it is not a date."""
    found = day_of(str(value.get("")))
    if found is None:
        raise UnknownValue(value, "it is not a date")
    return found


def day_of(text: str) -> date | None:
    """The date in `text`; None if it is not a date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def cycle(one: Value, estate: Estate) -> tuple[str, ...]:
    """The dependency cycle through a milestone; empty if there is none."""
    return cycle_through(str(one["id"].known), estate.once(_dependencies))


def dead_end(successor: Value, debt: str, estate: Estate) -> str:
    """Why the successors of the tactical spend `debt` lead to no milestone; empty if they lead to one.

    A successor is a module that a milestone delivers, or other tactical spend with its own successor.
    """
    spend = estate.once(_spend)
    if not milestones(estate):
        raise UnknownValue(successor, UNJUDGED)
    path = [debt] if debt else []
    name = str(successor.known)
    while True:
        path.append(name)
        if name in path[:-1]:
            return f"the successors lead back: {' -> '.join(path)}"
        if name in spend.delivered:
            return ""
        tactical = spend.by_id.get(name) or spend.by_module.get(name)
        if tactical is None:
            return f"no milestone delivers {name}"
        successor_name = str(tactical["successor"].get("")).strip()
        if not successor_name or day_of(str(tactical["exitDate"].get(""))) is None:
            return f"{name} is itself tactical, and has no exit date or no successor"
        name = successor_name


def _milestones(estate: Estate) -> Mapping[str, Value]:
    return {str(each["id"].known): each for each in estate.of(MILESTONE)}


def _dependencies(estate: Estate) -> Mapping[str, tuple[str, ...]]:
    return {
        name: tuple(str(before.known) for before in each["dependsOn"].each())
        for name, each in milestones(estate).items()
    }


def _spend(estate: Estate) -> _Spend:
    tactical = estate.of(TACTICAL)
    delivered = (each.known for one in milestones(estate).values() for each in one["delivers"].each())
    return _Spend(
        {str(each["id"].known): each for each in tactical},
        {str(each["module"].known): each for each in tactical if not each["module"].missing},
        frozenset(map(str, delivered)),
    )
