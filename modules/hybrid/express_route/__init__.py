"""ExpressRoute: a private connection from a data centre to Azure, with a VPN as its backup.

    ExpressRoute("circuit", {"label": label, "location": "uksouth", "resource_group_name": group.name,
                             "workspace_id": logs.workspace_id, "workload": "headquarters", "provider": "BT",
                             "peering_location": "London", "bandwidth_mbps": 1000})

creates the circuit and returns its service key, which the provider needs to provision it. That takes weeks. Afterwards,
`provisioned` adds the private peering and the connection to the hub's gateway. For a range that both learn, Azure
prefers the circuit to a `SiteToSite` connection on the same hub, and the VPN is the backup if the circuit
fails: advertise the same BGP ranges on both.
"""

from bluelamp.modules.hybrid.express_route.express_route import ExpressRoute, ExpressRouteArgs, PrivatePeering

__all__ = ["ExpressRoute", "ExpressRouteArgs", "PrivatePeering"]
