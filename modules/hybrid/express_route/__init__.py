"""ExpressRoute: a private line from a data centre to Azure, with a VPN as its backup.

    ExpressRoute("circuit", {"label": label, "location": "uksouth", "resource_group_name": group.name,
                             "workspace_id": logs.workspace_id, "workload": "headquarters", "provider": "BT",
                             "peering_location": "London", "bandwidth_mbps": 1000})

makes the circuit and gives its service key, with which the provider is told to connect it. That takes weeks; once the
provider has done it, `provisioned` adds the private peering and the connection to the hub's gateway. Azure prefers the
circuit for every range that both it and a `SiteToSite` connection on the same hub know, and the VPN carries it when the
circuit is down: give the site's devices the same BGP ranges on both.
"""

from bluelamp.modules.hybrid.express_route.express_route import ExpressRoute, ExpressRouteArgs, PrivatePeering

__all__ = ["ExpressRoute", "ExpressRouteArgs", "PrivatePeering"]
