"""Places of copies of an asset: an Azure region or the force's data centres, and a folder in a data lake."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from bluelamp.core.fields import UK_REGIONS, refuse
from bluelamp.core.source import show
from bluelamp.core.suggestions import did_you_mean

ON_PREMISES: Final = "onPremises"
"""The force's own data centres."""


# fmt: off
REGIONS: Final = frozenset({
    "australiacentral", "australiacentral2", "australiaeast", "australiasoutheast", "austriaeast",
    "belgiumcentral", "brazilsouth", "brazilsoutheast", "canadacentral", "canadaeast", "centralindia",
    "centralus", "chilecentral", "denmarkeast", "eastasia", "eastus", "eastus2", "francecentral", "francesouth",
    "germanynorth", "germanywestcentral", "indonesiacentral", "israelcentral", "italynorth", "japaneast",
    "japanwest", "jioindiacentral", "jioindiawest", "koreacentral", "koreasouth", "malaysiawest", "mexicocentral",
    "newzealandnorth", "northcentralus", "northeurope", "norwayeast", "norwaywest", "polandcentral",
    "qatarcentral", "southafricanorth", "southafricawest", "southcentralus", "southeastasia", "southindia",
    "spaincentral", "swedencentral", "swedensouth", "switzerlandnorth", "switzerlandwest", "uaecentral",
    "uaenorth", "uksouth", "ukwest", "westcentralus", "westeurope", "westindia", "westus", "westus2", "westus3",
})
# fmt: on
"""Azure's public regions, as `location` names them."""


def _place(value: str) -> str:
    if value != ON_PREMISES and value not in REGIONS:
        raise refuse(
            f"{show(value)} is not a valid place",
            f"allowed: {', '.join(UK_REGIONS)}, {ON_PREMISES}, or another Azure region for a transfer abroad",
            did_you_mean(value, (*REGIONS, ON_PREMISES)),
        )
    return value


Place = Annotated[str, AfterValidator(_place), Field(examples=["uksouth"])]
"""An Azure region, or `onPremises`. Outside the United Kingdom only under an agreement, which a rule asks for."""

_IN_LAKE = re.compile(r"abfss?://(?P<file_system>[^@/]+)@[^/]+(?P<path>/.*)?", re.IGNORECASE)
_NO_DIRECTORY = re.compile(r"[*?{}\[\]]|\.[A-Za-z]+$")


def path_in_lake(location: str | None) -> str | None:
    """The file system, and the directory in it, of an address such as
    `abfss://published@lake.dfs.core.windows.net/single-view/*.parquet`: `published/single-view`. None for any other
    address.
    """
    found = _IN_LAKE.fullmatch(location or "")
    if found is None:
        return None
    parts = [found["file_system"].lower()]
    for part in (found["path"] or "").split("/"):
        if _NO_DIRECTORY.search(part):
            break
        parts += [part] if part else []
    return "/".join(parts)
