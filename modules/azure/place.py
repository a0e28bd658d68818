"""The location, names and diagnostic settings of network resources."""

from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_azure_native import network

from bluelamp.modules import naming
from bluelamp.modules.azure.log_analytics import send_logs
from bluelamp.modules.component import Component


@dataclass(frozen=True)
class Place:
    """A component's resource group, region, label and Log Analytics workspace."""

    owner: Component
    prefix: str
    label: naming.Label
    location: str
    resource_group_name: pulumi.Input[str]
    workspace_id: pulumi.Input[str]

    def name(self, kind: str, workload: str) -> str:
        """The name of the `kind` of resource for `workload`."""
        return naming.name(kind, workload, self.label, self.location)

    def logical(self, part: str) -> str:
        """The logical name of a part of the component, unique across components."""
        return f"{self.prefix}-{part}"

    @property
    def here(self) -> dict[str, Any]:
        """The arguments for the location, resource group and tags of a resource."""
        return {
            "resource_group_name": self.resource_group_name,
            "location": self.location,
            "tags": naming.tags(self.label),
        }

    @property
    def zones(self) -> list[str] | None:
        """Every availability zone of the region; None for a region without zones."""
        return list(naming.region(self.location).zones) or None

    def log(self, part: str, resource: pulumi.CustomResource, *, metrics: bool = True, dedicated: bool = False) -> None:
        """Adds a diagnostic setting that sends the logs of the component's `part` to the workspace."""
        name = self.logical(f"{part}-logs")
        send_logs(name, resource, self.workspace_id, self.owner.child(), metrics=metrics, dedicated=dedicated)

    def public_address(self, workload: str) -> network.PublicIPAddress:
        """A static, zone-redundant public IP address for `workload`, with a diagnostic setting."""
        address = network.PublicIPAddress(
            self.logical(f"{workload}-address"),
            public_ip_address_name=self.name("public_ip_address", workload),
            **self.here,
            sku=network.PublicIPAddressSkuArgs(name="Standard", tier="Regional"),
            public_ip_allocation_method="Static",
            public_ip_address_version="IPv4",
            zones=self.zones,
            opts=self.owner.child(),
        )
        self.log(f"{workload}-address", address)
        return address
