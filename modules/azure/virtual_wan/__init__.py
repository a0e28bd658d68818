"""Virtual WAN: Microsoft-managed hubs, instead of hub networks.

    wan = VirtualWan("wan", {"label": label, "location": "uksouth", "resource_group_name": group.name})
    VirtualHub("hub", {"label": label, "location": "uksouth", "resource_group_name": group.name,
                       "virtual_wan_id": wan.virtual_wan_id, "address_space": "10.30.0.0/23",
                       "firewall_policy_id": policy.policy_id, "workspace_id": logs.workspace_id})

A WAN has a virtual hub in each region. All hubs and connected networks communicate with one another. The routing intent
of a hub sends Internet traffic and traffic between networks through its firewall, so networks need no user-defined
routes. A virtual hub cannot contain the resolver, Bastion or shared private endpoints; these are in a `Hub` with
`virtual_hub`, the network beside the virtual hub. A private DNS zone cannot be linked to a
virtual hub either: set `dns_servers` of the firewall policy to the resolver in that network.
"""

from bluelamp.modules.azure.virtual_wan.virtual_hub import VirtualHub, VirtualHubArgs
from bluelamp.modules.azure.virtual_wan.virtual_wan import VirtualWan, VirtualWanArgs

__all__ = ["VirtualHub", "VirtualHubArgs", "VirtualWan", "VirtualWanArgs"]
