"""Azure locations."""

from typing import Any

from bluelamp.rehearsal.azure.data import facts
from bluelamp.rehearsal.provider import Failure
from bluelamp.rehearsal.sdk.messages import nearest


def canonical(location: str) -> str:
    """The lower-case form without spaces: `UK South` is `uksouth`."""
    return location.replace(" ", "").lower()


def check_location(arm_type: str, location: Any) -> list[Failure]:
    """The failure of a location that is not an Azure region, if any."""
    value = location
    known = facts("locations")
    if not isinstance(value, str) or canonical(value) in known:
        return []
    near = nearest(canonical(value), known)
    hint = f"; did you mean '{near}'?" if near else ""
    reason = f"LocationNotAvailableForResourceType: '{value}' is not an Azure region for '{arm_type}'{hint}"
    return [Failure("location", reason)]
