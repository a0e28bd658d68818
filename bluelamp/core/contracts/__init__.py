"""The information asset register: one ODCS 3.2 data contract for each asset of a force, in `stacks/<force>/assets/`.

`read_assets` reads and checks the folder; a `Contract` holds one document with Bluelamp's additions. The standard is
the Open Data Contract Standard of the Linux Foundation (Bitol), version 3.2.0.
"""

from bluelamp.core.contracts.model import Contract, Placement
from bluelamp.core.contracts.properties import (
    Agreement,
    AssetOwner,
    AssetProperties,
    LawfulBasis,
    LegalHold,
    PlacementProperties,
)
from bluelamp.core.contracts.register import ASSETS, has_assets, read_assets, read_folder

__all__ = [
    "ASSETS",
    "Agreement",
    "AssetOwner",
    "AssetProperties",
    "Contract",
    "LawfulBasis",
    "LegalHold",
    "Placement",
    "PlacementProperties",
    "has_assets",
    "read_assets",
    "read_folder",
]
