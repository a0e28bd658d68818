"""Fills budgets without an amount from the roadmap."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.roadmap import FILE, Roadmap, has_roadmap, read_roadmap
from bluelamp.core.source import Source, Steps
from bluelamp.infra.settings.model import Force, Settings
from bluelamp.infra.settings.raw import dig
from bluelamp.infra.settings.register import Entry

FROM_ROADMAP: Final = frozenset({"azure.budget.amount", "azure.landingZones[].budget.amount"})
"""Required settings that the force's roadmap may provide, by path, `[]` for each list."""


def fill_budgets(settings: dict[str, Any], entry: Entry, root: Path) -> tuple[tuple[Problem, ...], list[Steps]]:
    """Adds the monthly budget of a milestone to each budget without an amount, if the roadmap has one.

    A landing zone has that of the milestone that names it and no other zone. The platform has that of
    `roadmapMilestone`, less the budgets of the landing zones that carry the same milestone; an environment writes its
    own. Returns what is wrong with the roadmap, and the amounts that are left open for that, where it cannot be read.
    """
    wanted = list(_open(settings))
    if not wanted or not has_roadmap(root, entry.force):
        return (), []
    try:
        roadmap = read_roadmap(root / FILE.format(force=entry.force), root)
    except SettingsError as error:
        return error.problems, wanted
    for steps in wanted:
        amount: float | None
        if steps[1] == "landingZones":
            amount = _of_zone(dig(settings, *steps[:-2], "name"), roadmap)
        else:
            amount = None if entry.environment else _of_platform(settings, roadmap)
        if amount is not None and amount > 0:
            dig(settings, *steps[:-1])["amount"] = amount
    return (), []


def place_of(force: Force, zone: str | None, root: Path) -> tuple[str, int]:
    """The file and line of the monthly budget that the roadmap gives a landing zone, or the platform for None.

    Raises `SettingsError` if the roadmap cannot be read, `LookupError` if it has no such budget.
    """
    roadmap = read_roadmap(root / FILE.format(force=force.entry.force), root)
    for index, milestone in enumerate(roadmap.milestones):
        if milestone.id == force.roadmap_milestone if zone is None else milestone.landing_zones == (zone,):
            source = roadmap.source or Source(roadmap.file)
            return source.file, source.at(("milestones", index, "budget", "monthly"))[0]
    raise LookupError(zone)


def _open(settings: Mapping[str, Any]) -> Iterator[Steps]:
    """The budgets without an amount, those of landing zones first, as the platform's depends on them."""
    zones = dig(settings, "azure", "landingZones")
    places: list[Steps] = [
        ("azure", "landingZones", index) for index, _ in enumerate(zones if isinstance(zones, list) else ())
    ]
    for place in (*places, ("azure",)):
        budget = dig(settings, *place, "budget")
        if isinstance(budget, dict) and "amount" not in budget:
            yield (*place, "budget", "amount")


def _of_zone(name: object, roadmap: Roadmap) -> int | None:
    for milestone in roadmap.milestones:
        if milestone.landing_zones == (name,):
            return milestone.budget.monthly if milestone.budget else None
    return None


def _of_platform(settings: Mapping[str, Any], roadmap: Roadmap) -> float | None:
    default = Settings.model_fields["roadmap_milestone"].default
    name = settings.get("roadmapMilestone", default)
    milestone = roadmap.by_id.get(name) if isinstance(name, str) else None
    if milestone is None or milestone.budget is None or milestone.budget.monthly is None:
        return None
    own = {each.landing_zone: each.milestone for each in roadmap.tactical if each.landing_zone is not None}
    own |= {zone: each.id for each in roadmap.milestones for zone in each.landing_zones}
    left: float = milestone.budget.monthly
    zones = dig(settings, "azure", "landingZones")
    for zone in zones if isinstance(zones, list) else ():
        called = dig(zone, "name")
        if not isinstance(called, str) or own.get(called, name) == name:
            amount = dig(zone, "budget", "amount")
            if not isinstance(amount, int | float) or isinstance(amount, bool):
                return None
            left -= amount
    return left
