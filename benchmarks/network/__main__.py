"""Some hundred network resources, as a hub with many spokes would have them: four a spoke.

With `BLUELAMP_BENCH=bluelamp` the program drops azure-native's version aliases as Bluelamp's own does; otherwise
it is what anybody would write.
"""

import os

import pulumi
from pulumi_azure_native import network, resources

if os.environ.get("BLUELAMP_BENCH") == "bluelamp":
    from modules.aliases import drop_version_aliases

    pulumi.runtime.register_stack_transformation(drop_version_aliases)

SPOKES = int(os.environ.get("BLUELAMP_BENCH_SPOKES", "75"))
group = resources.ResourceGroup("spokes", resource_group_name="rg-spokes", location="uksouth")
for spoke in range(SPOKES):
    rules = network.NetworkSecurityGroup(
        f"rules-{spoke}", resource_group_name=group.name, network_security_group_name=f"nsg-{spoke}", location="uksouth"
    )
    routes = network.RouteTable(
        f"routes-{spoke}", resource_group_name=group.name, route_table_name=f"rt-{spoke}", location="uksouth"
    )
    net = network.VirtualNetwork(
        f"network-{spoke}",
        resource_group_name=group.name,
        virtual_network_name=f"vnet-{spoke}",
        location="uksouth",
        address_space={"address_prefixes": [f"10.16.{spoke}.0/24"]},
    )
    network.Subnet(
        f"subnet-{spoke}",
        resource_group_name=group.name,
        virtual_network_name=net.name,
        subnet_name="workloads",
        address_prefix=f"10.16.{spoke}.0/26",
        network_security_group={"id": rules.id},
        route_table={"id": routes.id},
    )
