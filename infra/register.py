"""The register of police forces and the address plan: `stacks/forces.yaml`, typed."""

from datetime import date
from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from infra.fields import Label, Model, Network, Text

REGISTER = "stacks/forces.yaml"
"""Where the register is, under the project's folder."""


class Allocation(Model):
    """Address ranges of one force: a /16 in each Azure region and one for its own data centres."""

    uksouth: Network
    ukwest: Network
    on_premises: Network

    def ranges(self) -> dict[str, IPv4Network]:
        """Every range by the place it is for: `uksouth`, `ukwest`, `onPremises`."""
        return {"uksouth": self.uksouth, "ukwest": self.ukwest, "onPremises": self.on_premises}

    def first_hub(self, region: str) -> IPv4Network:
        """The first /22 of the allocation in `region`, where the hub goes unless the force says otherwise."""
        return next(self.ranges()[region].subnets(new_prefix=22))


class Entry(Model):
    """One force's row in the register."""

    slug: Label
    name: Text
    kind: Literal["territorial", "special"]
    region: Label
    """Police region, such as `eastern`; not an Azure region."""
    ons_code: str | None = None
    code: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,5}$")]
    valid_from: date | None = None
    valid_to: date | None = None
    successor: Label | None = None
    allocation: Allocation = Field(alias="addresses")
