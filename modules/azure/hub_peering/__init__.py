"""Peering of two hubs, so that services in one region reach services in the other.

    HubPeering("hub-peering", {"label": label,
                               "first": {"location": "uksouth", "resource_group_name": group.name,
                                         "virtual_network_id": hub.virtual_network_id,
                                         "virtual_network_name": hub.virtual_network_name},
                               "second": {...}})

Peering is not transitive: spokes in different regions communicate through the firewalls of both hubs. The argument
`beyond` of each hub lists the ranges behind the other hub's firewall.
"""

from bluelamp.modules.azure.hub_peering.hub_peering import HubPeering, HubPeeringArgs, PeeredHub

__all__ = ["HubPeering", "HubPeeringArgs", "PeeredHub"]
