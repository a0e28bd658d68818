"""The typed data contract."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bluelamp.core.contracts.properties import AssetProperties, PlacementProperties
from bluelamp.core.source import Source

if TYPE_CHECKING:
    from open_data_contract_standard.model import OpenDataContractStandard, SchemaObject


@dataclass(frozen=True)
class Placement:
    """One server of a contract: a copy of the data."""

    server: str
    type: str
    """As the standard lists them: `azure`, `sqlserver`, `postgresql`, `local`, `custom`."""
    properties: PlacementProperties
    path: str | None = None
    """The file system and directory in a data lake, `published/single-view`; None for a copy that is not in one."""


@dataclass(frozen=True)
class Contract:
    """One information asset: its contract in the standard's own types, and Bluelamp's additions."""

    asset: str
    """The id, which is the name of the file as well."""
    file: str
    """Relative to the project's folder."""
    document: "OpenDataContractStandard"
    properties: AssetProperties
    placements: tuple[Placement, ...]
    source: Source
    """The position of each value in the file."""

    @property
    def name(self) -> str:
        """The display name of the asset."""
        return self.document.name or self.asset

    @property
    def tables(self) -> "tuple[SchemaObject, ...]":
        """The tables, files or topics that the contract describes, in its order."""
        return tuple(self.document.schema_ or ())

    @property
    def retention_years(self) -> float | None:
        """The minimum retention, from the SLA property `retention` (unit `y` or `d`); None if there is none."""
        for row in self.document.slaProperties or ():
            if row.property == "retention" and isinstance(row.value, int | float) and not isinstance(row.value, bool):
                unit = (row.unit or "y").casefold()
                if unit in ("y", "yr", "year", "years"):
                    return float(row.value)
                if unit in ("d", "day", "days"):
                    return row.value / 365
        return None
