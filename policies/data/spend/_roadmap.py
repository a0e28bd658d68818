"""The roadmap in an estate: its milestones, and where tactical spend leads.

A program registers a component for each milestone and each tactical spend of the force's roadmap. All functions raise
`UnknownValue` where the answer depends on what is not known.
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
    """The milestones by id, made once."""
    return estate.once(_milestones)


def milestone(named: Value, estate: Estate) -> Value | None:
    """The milestone of that id; None for none."""
    return milestones(estate).get(str(named.get("")))


def day(value: Value) -> date:
    """The date at `value`, which is there. Raises `UnknownValue` where it is not a date."""
    found = day_of(str(value.get("")))
    if found is None:
        raise UnknownValue(value, "it is not a date")
    return found


def day_of(text: str) -> date | None:
    """The date in `text`; None where it is not a date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def circle(one: Value, estate: Estate) -> tuple[str, ...]:
    """The way from a milestone over its dependencies back to itself; empty where there is none."""
    return cycle_through(str(one["id"].known), estate.once(_dependencies))


def dead_end(successor: Value, debt: str, estate: Estate) -> str:
    """Why what replaces the tactical spend `debt` leads nowhere; empty where it leads to a milestone.

    A successor is a module that a milestone delivers, or other tactical spend, which has to lead on itself.
    """
    spend = estate.once(_spend)
    if not milestones(estate):
        raise UnknownValue(successor, UNJUDGED)
    way = [debt] if debt else []
    name = str(successor.known)
    while True:
        way.append(name)
        if name in way[:-1]:
            return f"the successors lead back: {' -> '.join(way)}"
        if name in spend.delivered:
            return ""
        tactical = spend.by_id.get(name) or spend.by_module.get(name)
        if tactical is None:
            return f"no milestone delivers {name}"
        after = str(tactical["successor"].get("")).strip()
        if not after or day_of(str(tactical["exitDate"].get(""))) is None:
            return f"{name} is itself tactical, and has no exit date or no successor"
        name = after


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
