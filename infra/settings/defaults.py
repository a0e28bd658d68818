"""Adds defaults from the address plan and the profile to settings that are not written."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from bluelamp.infra.settings.allocation import HUB, Ranges, Wanted, allocate
from bluelamp.infra.settings.profiles import LEVELS
from bluelamp.infra.settings.raw import as_network, dig, primary_region, usable_regions
from bluelamp.infra.settings.register import Entry
from bluelamp.modules import naming

FILLED: Final = frozenset(
    {
        "azure.hub",
        "azure.hub.addressSpace",
        "azure.secondHub.addressSpace",
        "azure.landingZones[].addressSpace",
        "onPremises.addressSpace",
    }
)
"""Required settings that `fill` always adds, by path, `[]` for each list."""


def fill(settings: dict[str, Any], entry: Entry, kept: Ranges | None = None) -> None:
    """Removes empty halves of the estate and adds defaults; settings of the wrong type stay unchanged.

    `kept` are the address ranges that networks have already, by name; None allocates by the place in the list.
    """
    for half in ("azure", "onPremises"):
        if settings.get(half, ()) in ({}, None):
            del settings[half]
    azure, on_premises = settings.get("azure"), settings.get("onPremises")
    if isinstance(azure, dict):
        if kept is not None:
            _fill_ranges(azure, settings, entry, kept)
        _fill_azure(azure, settings, entry, kept)
    if isinstance(on_premises, dict):
        on_premises.setdefault("addressSpace", str(entry.allocation.on_premises))


def _fill_azure(azure: dict[str, Any], settings: Mapping[str, Any], entry: Entry, kept: Ranges | None) -> None:
    regions = usable_regions(settings)
    hub = azure.setdefault("hub", {})
    if isinstance(hub, dict):
        hub.setdefault("addressSpace", str(entry.allocation.first_hub(primary_region(settings))))
        climbed = settings.get("profile") in LEVELS[2:]
        virtual = azure.get("topology") == "virtual-wan"  # a virtual hub always has a firewall
        for part, by_default in (("firewall", climbed or virtual), ("bastion", climbed)):
            wanted = hub.setdefault(part, {})
            if isinstance(wanted, dict):
                wanted.setdefault("enabled", by_default)
    if len(regions) > 1:
        second = azure.setdefault("secondHub", {})
        if isinstance(second, dict):
            second.setdefault("addressSpace", str(entry.allocation.first_hub(regions[1])))
    zones = azure.get("landingZones")
    for index, zone in enumerate(zones if isinstance(zones, list) else ()):
        if kept is None and isinstance(zone, dict) and "addressSpace" not in zone:
            region = zone.get("region") if zone.get("region") in regions else primary_region(settings)
            around = hub if region == primary_region(settings) else azure.get("secondHub")
            with suppress(KeyError, TypeError, ValueError, AttributeError):
                # If the hub is invalid, use the first range of the allocation, which is the hub's default.
                zone["addressSpace"] = _spoke(entry, region, around, index)


def wanted(settings: Mapping[str, Any]) -> list[Wanted]:
    """The networks in Azure that need a range, hubs and landing zones, from settings with or without defaults."""
    azure, regions, primary = settings.get("azure"), usable_regions(settings), primary_region(settings)
    if not isinstance(azure, dict):
        return []
    found = [Wanted(primary, HUB, as_network(dig(azure, "hub", "addressSpace")))]
    if len(regions) > 1:
        found.append(Wanted(regions[1], HUB, as_network(dig(azure, "secondHub", "addressSpace"))))
    zones = azure.get("landingZones")
    for zone in zones if isinstance(zones, list) else ():
        name = dig(zone, "name")
        if isinstance(name, str) and name:
            found.append(Wanted(_region(zone, settings), name, as_network(dig(zone, "addressSpace"))))
    return found


def _region(zone: Any, settings: Mapping[str, Any]) -> str:
    """The region of a landing zone: its own, if it is one of the force's, or the primary one."""
    region = dig(zone, "region")
    return str(region if region in usable_regions(settings) else primary_region(settings))


def _fill_ranges(azure: dict[str, Any], settings: Mapping[str, Any], entry: Entry, kept: Ranges) -> None:
    """Adds the kept or newly allocated range to each network without one."""
    found = allocate(entry.allocation.ranges(), kept, wanted(settings))
    regions = usable_regions(settings)
    for key, region in (("hub", primary_region(settings)), *([("secondHub", regions[1])] if len(regions) > 1 else [])):
        hub = azure.setdefault(key, {})
        if isinstance(hub, dict) and (region, HUB) in found:
            hub.setdefault("addressSpace", str(found[region, HUB]))
    zones = azure.get("landingZones")
    for zone in zones if isinstance(zones, list) else ():
        if isinstance(zone, dict) and isinstance(zone.get("name"), str):
            own = found.get((_region(zone, settings), zone["name"]))
            if own is not None:
                zone.setdefault("addressSpace", str(own))


def _spoke(entry: Entry, region: Any, hub: Any, index: int) -> str:
    allocated = entry.allocation.ranges()[region]
    try:
        return str(naming.spoke(str(allocated), hub["addressSpace"], index))
    except (KeyError, TypeError, ValueError):
        return str(naming.spoke(str(allocated), str(entry.allocation.first_hub(region)), index))
