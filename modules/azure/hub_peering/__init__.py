"""Two hubs that reach one another: peered both ways, so that a service in one region finds one in the other.

    HubPeering("hub-peering", {"label": label,
                               "first": {"location": "uksouth", "resource_group_name": group.name,
                                         "virtual_network_id": hub.virtual_network_id,
                                         "virtual_network_name": hub.virtual_network_name},
                               "second": {...}})

A peering is not handed on: spokes of one region reach those of the other through the firewalls of both hubs. Each hub
is told which ranges are behind the other's by its argument `beyond`.
"""

from bluelamp.modules.azure.hub_peering.hub_peering import HubPeering, HubPeeringArgs, PeeredHub

__all__ = ["HubPeering", "HubPeeringArgs", "PeeredHub"]
