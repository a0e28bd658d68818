"""Gateways: VPN and ExpressRoute connectivity between a hub and the force's data centres.

    Gateways("gateways", {"label": label, "location": "uksouth", "resource_group_name": group.name,
                          "subnet_id": hub.subnet_ids["gateway"], "workspace_id": logs.workspace_id, "vpn": {}})

A VPN gateway is active-active with a public IP address for each instance, so every site has two tunnels. Both types of
gateway are zone-redundant where the region has zones, use BGP and send logs. If both learn a range, Azure prefers
ExpressRoute, and the VPN is the backup if the circuit fails.
"""

from bluelamp.modules.azure.gateways.gateways import ExpressRouteSide, Gateways, GatewaysArgs, VpnSide

__all__ = ["ExpressRouteSide", "Gateways", "GatewaysArgs", "VpnSide"]
