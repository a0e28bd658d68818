"""Spokes: workload networks, each connected to a hub only.

    Spoke("records", {"label": label, "location": "uksouth", "resource_group_name": group.name, "workload": "records",
                      "address_space": str(naming.spoke("10.30.0.0/16", "10.30.0.0/22", 0)),
                      "workspace_id": logs.workspace_id, "hub": {...}})

A spoke has a workload subnet and a private endpoint subnet, or the given subnets. Each has its own network security
group, which denies inbound traffic from outside the subnet. With a `hub`, the networks are peered, all outbound traffic
goes to the hub's firewall, and the firewall is the DNS server. With a `virtual_hub`, the network is connected to it,
and the routing intent has the same effect.
"""

from bluelamp.modules.azure.spoke.peering import SpokeHub, SpokeVirtualHub
from bluelamp.modules.azure.spoke.spoke import Spoke, SpokeArgs
from bluelamp.modules.azure.spoke.subnets import SpokeSubnet

__all__ = ["Spoke", "SpokeArgs", "SpokeHub", "SpokeSubnet", "SpokeVirtualHub"]
