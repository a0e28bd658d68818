"""Several hundred network resources, as in a hub with many spokes: four per spoke.

With `BLUELAMP_BENCH=bluelamp` the program runs as Bluelamp's own does: without azure-native's version aliases, and with
the quick parts of the SDK. With `aliases-dropped` it only has no version aliases; otherwise it is an ordinary Pulumi
program.
"""

import os
from contextlib import AbstractContextManager, nullcontext

SIDE = os.environ.get("BLUELAMP_BENCH")
if SIDE == "bluelamp":
    from bluelamp.infra.program.process import prepare_process

    prepare_process()

import pulumi  # noqa: E402 - the SDK is prepared before it is loaded
from pulumi_azure_native import network, resources  # noqa: E402 - as above

frames: AbstractContextManager[None] = nullcontext()
if SIDE == "bluelamp":
    from bluelamp.infra.program.nearest_frame import nearest_frame_only

    frames = nearest_frame_only()
if SIDE in ("bluelamp", "aliases-dropped"):
    from bluelamp.modules.aliases import drop_version_aliases

    pulumi.runtime.register_stack_transformation(drop_version_aliases)

SPOKES = int(os.environ.get("BLUELAMP_BENCH_SPOKES", "75"))
TAGS = {
    "cost-centre": "CC1042",
    "business-owner": "head-of-networks@example.police.uk",
    "classification": "OFFICIAL",
    "roadmap-milestone": "2027-Q1",
}
with frames:
    group = resources.ResourceGroup("spokes", resource_group_name="rg-spokes", location="uksouth", tags=TAGS)
    plan = network.DdosProtectionPlan(
        "shared", resource_group_name=group.name, ddos_protection_plan_name="ddos-shared", location="uksouth", tags=TAGS
    )
    for spoke in range(SPOKES):
        rules = network.NetworkSecurityGroup(
            f"rules-{spoke}",
            resource_group_name=group.name,
            network_security_group_name=f"nsg-{spoke}",
            location="uksouth",
            tags=TAGS,
        )
        routes = network.RouteTable(
            f"routes-{spoke}",
            resource_group_name=group.name,
            route_table_name=f"rt-{spoke}",
            location="uksouth",
            tags=TAGS,
        )
        net = network.VirtualNetwork(
            f"network-{spoke}",
            resource_group_name=group.name,
            virtual_network_name=f"vnet-{spoke}",
            location="uksouth",
            address_space={"address_prefixes": [f"10.{16 + spoke // 256}.{spoke % 256}.0/24"]},
            enable_ddos_protection=True,
            ddos_protection_plan={"id": plan.id},
            encryption={"enabled": True, "enforcement": "AllowUnencrypted"},
            tags=TAGS,
        )
        network.Subnet(
            f"subnet-{spoke}",
            resource_group_name=group.name,
            virtual_network_name=net.name,
            subnet_name="workloads",
            address_prefix=f"10.{16 + spoke // 256}.{spoke % 256}.0/26",
            default_outbound_access=False,
            private_endpoint_network_policies="Enabled",
            network_security_group={"id": rules.id},
            route_table={"id": routes.id},
        )
