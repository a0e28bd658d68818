"""Spokes: the networks in which services stand, each joined to a hub and to nothing else.

    Spoke("records", {"label": label, "location": "uksouth", "resource_group_name": group.name, "workload": "records",
                      "address_space": str(naming.spoke("10.30.0.0/16", "10.30.0.0/22", 0)),
                      "workspace_id": logs.workspace_id, "hub": {...}})

A spoke has a subnet for its workload and one for private endpoints, or the subnets it is given; each has a security
group of its own that lets in nothing from outside the subnet. With a `hub` it is peered both ways, everything that
leaves it goes to the hub's firewall, and it asks the firewall for names; with a `virtual_hub` it is connected to that,
and the hub's routing intent does the same.
"""

from bluelamp.modules.azure.spoke.peering import SpokeHub, SpokeVirtualHub
from bluelamp.modules.azure.spoke.spoke import Spoke, SpokeArgs
from bluelamp.modules.azure.spoke.subnets import SpokeSubnet

__all__ = ["Spoke", "SpokeArgs", "SpokeHub", "SpokeSubnet", "SpokeVirtualHub"]
