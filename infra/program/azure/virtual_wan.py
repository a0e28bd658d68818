"""The topology `virtual-wan`: hubs that Azure runs, each with its region's firewall, gateways and routes."""

from typing import TYPE_CHECKING

import pulumi

from bluelamp.infra.program.azure.context import Context
from bluelamp.infra.program.azure.hubs import certificate_authority, policy_args
from bluelamp.infra.settings.fields import Region
from bluelamp.modules import naming
from bluelamp.modules.azure.firewall_policy import FirewallPolicy
from bluelamp.modules.azure.virtual_wan import VirtualHub, VirtualHubArgs, VirtualWan

if TYPE_CHECKING:
    from bluelamp.modules.azure.log_analytics import LogAnalytics
    from bluelamp.modules.azure.spoke import SpokeVirtualHub


def virtual_wan(context: Context) -> VirtualWan:
    """The force's virtual WAN, to which the virtual hubs belong."""
    return VirtualWan(
        "virtual-wan",
        {
            "label": context.label,
            "location": context.location,
            "resource_group_name": context.group("network").name,
        },
        context.at("network"),
    )


def virtual_hub(
    context: Context,
    wan: VirtualWan,
    region: Region,
    space: str,
    base: pulumi.Input[str] | None,
    logs: "LogAnalytics",
) -> tuple[VirtualHub, pulumi.Output[str]]:
    """The virtual hub of a region, and the name of its firewall's policy, which waits for the firewall.

    The primary one has the gateways, where there are sites to reach.
    """
    policy = _policy(context, region, space, base, logs)
    args = VirtualHubArgs(
        label=context.label,
        location=region,
        resource_group_name=context.group("network", region).name,
        virtual_wan_id=wan.virtual_wan_id,
        address_space=str(naming.hub_plan(space).virtual_hub),
        firewall_policy_id=policy.policy_id,
        firewall_tier=context.azure.hub.firewall.tier,
        workspace_id=logs.workspace_id,
    )
    if context.sites and region == context.location:
        args["vpn_scale_units"] = 1
        if any(site.express_route for site in context.sites):
            args["express_route_scale_units"] = 1
    hub = VirtualHub(context.regional("virtual-hub", region), args, context.at("network"))
    # The hub's name waits for its routing intent, and that for the firewall, which attaches the policy.
    name: pulumi.Output[str] = pulumi.Output.all(policy.policy_name, hub.virtual_hub_name).apply(_first)
    return hub, name


def _first(values: list[str]) -> str:
    return values[0]


def joined_to(context: Context, hub: VirtualHub, region: str) -> "SpokeVirtualHub":
    """What a network is given that is connected to the virtual hub of its region."""
    return {
        "virtual_hub_name": hub.virtual_hub_name,
        "resource_group_name": context.group("network", region).name,
        "firewall_address": hub.firewall_address,
    }


def _policy(
    context: Context, region: Region, space: str, base: pulumi.Input[str] | None, logs: "LogAnalytics"
) -> FirewallPolicy:
    """What the virtual hub's firewall lets through; names it asks of the resolver in the network beside the hub."""
    args = policy_args(context, region, "hub", logs)
    args["dns_servers"] = [str(naming.hub_plan(space).resolver_address)]
    if authority := certificate_authority(context):
        args["certificate_authority"] = authority
    if base is not None:
        args["base_policy_id"], args["rule_groups"] = base, []
    return FirewallPolicy(context.regional("firewall-policy", region), args, context.at("network"))
