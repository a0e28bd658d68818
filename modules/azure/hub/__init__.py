"""Hubs: a network whose way in and out is a firewall.

    Hub("hub", {"label": label, "location": "uksouth", "resource_group_name": group.name,
                "address_space": "10.61.0.0/22", "estate": ["10.61.0.0/16"], "workspace_id": logs.workspace_id})

The subnets follow the address plan in `bluelamp.modules.naming`. Every subnet whose service takes one has a security group that
denies what is not needed, and a route to the firewall; nothing has a way to the Internet of its own; everything logs.
Encryption of the network is not turned on: Azure Firewall and the DNS resolver cannot work in an encrypted network.

Told of a `virtual_hub`, which has the firewall, the gateways and the routes, it is the network beside that: with
Bastion, the resolver's subnets and the one for private endpoints, which cannot stand in a virtual hub.
"""

from bluelamp.modules.azure.hub.bastion import HubBastion
from bluelamp.modules.azure.hub.firewall import HubFirewall
from bluelamp.modules.azure.hub.hub import Hub, HubArgs
from bluelamp.modules.azure.hub.rules import HubRule

__all__ = ["Hub", "HubArgs", "HubBastion", "HubFirewall", "HubRule"]
