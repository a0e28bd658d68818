"""Reads settings that are not validated: any value may be absent or of the wrong type."""

from collections.abc import Mapping
from ipaddress import IPv4Network
from typing import Any

from pydantic_core import PydanticCustomError

from bluelamp.infra.settings.fields import UK_REGIONS, network


def dig(values: object, *steps: str | int) -> Any:
    """The value at `steps` in mappings and lists, or None."""
    for step in steps:
        if isinstance(step, str) and isinstance(values, Mapping):
            values = values.get(step)
        elif isinstance(step, int) and isinstance(values, list) and step < len(values):
            values = values[step]
        else:
            return None
    return values


def primary_region(settings: Mapping[str, Any]) -> Any:
    """The first region in the settings that is one of the UK's, or `uksouth`."""
    return next(iter(usable_regions(settings)), "uksouth")


def usable_regions(settings: Mapping[str, Any]) -> list[Any]:
    """The regions in the settings, once each, that are the UK's; both where none are written."""
    regions = dig(settings, "azure", "regions")
    if regions is None and isinstance(settings.get("azure"), dict) and "regions" not in settings["azure"]:
        return list(UK_REGIONS)
    return (
        list(dict.fromkeys(region for region in regions if region in UK_REGIONS)) if isinstance(regions, list) else []
    )


def as_network(value: object) -> IPv4Network | None:
    """`value` as an address range; None if it is not one."""
    try:
        return network(value)
    except PydanticCustomError:
        return None
