"""The settings of the new force, combined from those of two."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from typing import Any, Final

from bluelamp.core.register import Allocation
from bluelamp.infra.settings.raw import dig
from bluelamp.merging.combine import Combining, chosen, suffixed
from bluelamp.merging.estate import Estate
from bluelamp.merging.moving import Move, moved, moves, placed
from bluelamp.merging.questions import Answers, Question

_PHYSICAL: Final = (("onPremises", "sites"), ("onPremises", "clusters"))
"""Physical assets: the new force keeps those of both, and the second's are renamed if names collide."""
_SERVICES: Final = (("azure", "landingZones"), ("onPremises", "tenants"))
_REFERRING: Final = {"sites": ("site", "failureDomain"), "clusters": ("cluster",)}
_RANGES: Final = frozenset({"addressSpace"})


def combined(
    first: Estate, second: Estate, allocation: Allocation, answers: Answers
) -> tuple[dict[str, Any], list[Move], list[str], Combining]:
    """The settings, the moved addresses, the name collisions with their resolution, and the record of combining."""
    names = (first.slug, second.slug)
    left, right = (_without_ranges(each) for each in _with_levels(first, second))
    ranges = placed(first.entry.allocation.on_premises, second.entry.allocation.on_premises, allocation.on_premises)
    moving = [
        *moves(_premises(left), first.entry.allocation.on_premises, ranges[0], first.slug),
        *moves(_premises(right), second.entry.allocation.on_premises, ranges[1], second.slug),
    ]
    left = _moved(left, first.entry.allocation.on_premises, ranges[0])
    right = _moved(right, second.entry.allocation.on_premises, ranges[1])
    collisions = []
    for path in _PHYSICAL:
        taken = {each.get("name") for each in dig(left, *path) or () if isinstance(each, Mapping)}
        for item in dig(right, *path) or ():
            if item.get("name") in taken:
                new = suffixed(item["name"], second.entry.code)
                collisions.append(f"{'.'.join(path)}: {item['name']} of {second.slug} becomes {new}")
                right = _renamed(right, path[1], item["name"], new)
    for path in _SERVICES:
        first_items, second_items = dig(left, *path) or [], dig(right, *path) or []
        first_items, second_items, renames = chosen(
            ".".join(path), first_items, second_items, names, second.entry.code, answers
        )
        collisions += [f"{'.'.join(path)}: {old} of {second.slug} becomes {new}" for old, new in renames.items()]
        second_items = [{**each, "name": renames.get(each["name"], each["name"])} for each in second_items]
        left, right = _with(left, path, first_items), _with(right, path, second_items)
    right = _other_numbers(left, right, second.slug, answers)
    combining = Combining(names, answers, "settings")
    settings = combining(left, right)
    return settings, moving, collisions, combining


def _with_levels(first: Estate, second: Estate) -> Iterator[dict[str, Any]]:
    """The settings of both, with an explicit level for every component that either of them names."""
    named = dict.fromkeys([*(first.settings.get("components") or {}), *(second.settings.get("components") or {})])
    for estate in (first, second):
        levels = {"components": {each: estate.force.level(each) for each in named}} if named else {}
        yield {**estate.settings, **levels}


def _without_ranges(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings without the ranges that come from the new force's allocation."""
    azure = settings.get("azure")
    result = dict(settings)
    if isinstance(azure, Mapping):
        azure = {key: _hub(value) if key in ("hub", "secondHub") else value for key, value in azure.items()}
        zones = azure.get("landingZones")
        if isinstance(zones, list):
            azure["landingZones"] = [{key: item for key, item in zone.items() if key not in _RANGES} for zone in zones]
        result["azure"] = azure
    premises = settings.get("onPremises")
    if isinstance(premises, Mapping):
        result["onPremises"] = {key: value for key, value in premises.items() if key not in _RANGES}
    return result


def _hub(hub: Any) -> Any:
    return {key: value for key, value in hub.items() if key not in _RANGES} if isinstance(hub, Mapping) else hub


def _premises(settings: Mapping[str, Any]) -> Any:
    return {"onPremises": settings["onPremises"]} if "onPremises" in settings else {}


def _moved(settings: dict[str, Any], before: IPv4Network, after: IPv4Network) -> dict[str, Any]:
    result: dict[str, Any] = moved(settings, before, after)
    return result


def _renamed(settings: dict[str, Any], kind: str, old: str, new: str) -> dict[str, Any]:
    """Settings in which the on-premises item `old` and all references to it are renamed to `new`."""

    def walked(value: Any, within: str = "") -> Any:
        if isinstance(value, Mapping):
            return {
                key: new
                if item == old and (key in _REFERRING[kind] or (key == "name" and within == kind))
                else walked(item, key)
                for key, item in value.items()
            }
        return [walked(item, within) for item in value] if isinstance(value, list) else value

    result: dict[str, Any] = walked(settings)
    return result


def _with(settings: dict[str, Any], path: tuple[str, str], items: list[Any]) -> dict[str, Any]:
    part = settings.get(path[0])
    if not isinstance(part, Mapping):
        return settings
    rest = {key: value for key, value in part.items() if key != path[1]}
    return {**settings, path[0]: {**rest, path[1]: items} if items else rest}


def _other_numbers(left: dict[str, Any], right: dict[str, Any], slug: str, answers: Answers) -> dict[str, Any]:
    """The second's settings with new AS numbers for those that the first has too, as BGP needs unique ones."""
    taken = {each.get("asn") for each in dig(left, "onPremises", "sites") or ()}
    sites = dig(right, "onPremises", "sites")
    if not sites:
        return right
    renumbered = []
    for site in sites:
        if site.get("asn") not in taken:
            renumbered.append(site)
            continue
        name, number = site["name"], site["asn"]
        question = Question(
            f"settings:onPremises.sites[{name}].asn",
            f"Site {name} of {slug} has the AS number {number} of another site. Which AS number does it get?",
        )
        answer = answers.ask(question)
        rest = {key: value for key, value in site.items() if key != "asn"}
        renumbered.append({**rest, "asn": answer.value} if answer else rest)
    return _with(right, ("onPremises", "sites"), renumbered)
