"""Gateways: where a hub meets the force's data centres, by VPN and by ExpressRoute.

    Gateways("gateways", {"label": label, "location": "uksouth", "resource_group_name": group.name,
                          "subnet_id": hub.subnet_ids["gateway"], "workspace_id": logs.workspace_id, "vpn": {}})

A VPN gateway has two instances that both work, each with a public address of its own, so every site has two tunnels.
Both kinds of gateway stand in every zone that the region has, speak BGP and log. Where both are there, Azure prefers
ExpressRoute for a range that both learn, and the VPN carries it when the circuit is down.
"""

from bluelamp.modules.azure.gateways.gateways import ExpressRouteSide, Gateways, GatewaysArgs, VpnSide

__all__ = ["ExpressRouteSide", "Gateways", "GatewaysArgs", "VpnSide"]
