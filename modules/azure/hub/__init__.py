"""Hubs: a network whose inbound and outbound traffic passes a firewall.

    Hub("hub", {"label": label, "location": "uksouth", "resource_group_name": group.name,
                "address_space": "10.61.0.0/22", "estate": ["10.61.0.0/16"], "workspace_id": logs.workspace_id})

The subnets follow the address plan in `bluelamp.modules.naming`. Every subnet that supports it has a network security
group that denies all traffic except what is needed, and a route to the firewall. No subnet has direct Internet access,
and all resources send logs. Virtual network encryption is off: Azure Firewall and the DNS resolver do not support
it.

With `virtual_hub`, which contains the firewall, the gateways and the routes, this is the network beside the virtual
hub. It contains Bastion, the resolver's subnets and the private endpoint subnet, which a virtual hub cannot.
"""

from bluelamp.modules.azure.hub.bastion import HubBastion
from bluelamp.modules.azure.hub.firewall import HubFirewall
from bluelamp.modules.azure.hub.hub import Hub, HubArgs
from bluelamp.modules.azure.hub.rules import HubRule

__all__ = ["Hub", "HubArgs", "HubBastion", "HubFirewall", "HubRule"]
