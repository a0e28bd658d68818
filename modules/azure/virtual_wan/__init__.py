"""Virtual WAN: hubs that Azure runs, in place of hub networks.

    wan = VirtualWan("wan", {"label": label, "location": "uksouth", "resource_group_name": group.name})
    VirtualHub("hub", {"label": label, "location": "uksouth", "resource_group_name": group.name,
                       "virtual_wan_id": wan.virtual_wan_id, "address_space": "10.30.0.0/23",
                       "firewall_policy_id": policy.policy_id, "workspace_id": logs.workspace_id})

One WAN has a virtual hub in each region; all hubs and what is connected to them reach one another. A hub has a firewall
through which its routing intent sends what goes to the Internet and what goes between networks, so no network needs
routes of its own. Nothing else can stand in a virtual hub: the resolver, Bastion and shared private endpoints go into
a `Hub` that is told of its `virtual_hub`, which is then the network beside it. No private DNS zone can be linked to a
virtual hub either: the firewall's policy names the resolver in that network as its `dns_servers`.
"""

from bluelamp.modules.azure.virtual_wan.virtual_hub import VirtualHub, VirtualHubArgs
from bluelamp.modules.azure.virtual_wan.virtual_wan import VirtualWan, VirtualWanArgs

__all__ = ["VirtualHub", "VirtualHubArgs", "VirtualWan", "VirtualWanArgs"]
