"""Locations, as people and services write them."""

from typing import Any

from bluelamp.rehearsal.azure.data import facts
from bluelamp.rehearsal.provider import Failure
from bluelamp.rehearsal.sdk.words import nearest


def canonical(location: str) -> str:
    """`UK South` and `uksouth` are the same place: the lower-case form without spaces."""
    return location.replace(" ", "").lower()


def check_location(arm_type: str, location: Any) -> list[Failure]:
    """What ARM would say of a place that is none of Azure's."""
    value = location
    known = facts("locations")
    if not isinstance(value, str) or canonical(value) in known:
        return []
    near = nearest(canonical(value), known)
    hint = f"; did you mean '{near}'?" if near else ""
    reason = f"LocationNotAvailableForResourceType: '{value}' is not an Azure region for '{arm_type}'{hint}"
    return [Failure("location", reason)]
