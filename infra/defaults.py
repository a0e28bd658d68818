"""Defaults that follow from the plan of addresses or from the profile, put where the settings leave them open."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from bluelamp.infra.finding import primary_region, usable_regions
from bluelamp.infra.profiles import LEVELS
from bluelamp.infra.register import Entry
from bluelamp.modules import naming


def fill(settings: dict[str, Any], entry: Entry) -> None:
    """Takes out halves that are left empty, and puts what is not written: settings of another kind stay as they are."""
    for half in ("azure", "onPremises"):
        if settings.get(half, ()) in ({}, None):
            del settings[half]
    azure, on_premises = settings.get("azure"), settings.get("onPremises")
    if isinstance(azure, dict):
        _fill_azure(azure, settings, entry)
    if isinstance(on_premises, dict):
        on_premises.setdefault("addressSpace", str(entry.allocation.on_premises))


def _fill_azure(azure: dict[str, Any], settings: Mapping[str, Any], entry: Entry) -> None:
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
        if isinstance(zone, dict) and "addressSpace" not in zone:
            region = zone.get("region") if zone.get("region") in regions else primary_region(settings)
            around = hub if region == primary_region(settings) else azure.get("secondHub")
            with suppress(KeyError, TypeError, ValueError, AttributeError):
                # where the hub is wrong the first range of the allocation stands in for it, as its default would
                zone["addressSpace"] = _spoke(entry, region, around, index)


def _spoke(entry: Entry, region: Any, hub: Any, index: int) -> str:
    allocated = entry.allocation.ranges()[region]
    try:
        return str(naming.spoke(str(allocated), hub["addressSpace"], index))
    except (KeyError, TypeError, ValueError):
        return str(naming.spoke(str(allocated), str(entry.allocation.first_hub(region)), index))
