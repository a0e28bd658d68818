"""The retention of each asset in the lake, from the contracts."""

from collections.abc import Iterable
from typing import Final

from bluelamp.core.contracts import Contract

_DAYS: Final = 365
"""The days of a year in the settings of stores and in the retention rules."""


def retention(assets: Iterable[Contract], resource: str) -> dict[str, int]:
    """Days by directory of the lake whose account is `resource`; for several assets in a directory, the longest."""
    found: dict[str, int] = {}
    for asset in assets:
        years = asset.retention_years
        for placement in asset.placements:
            path = placement.path
            if years is not None and path and placement.properties.resource == resource:
                found[path] = max(found.get(path, 0), round(years * _DAYS))
    return found
