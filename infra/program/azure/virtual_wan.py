"""The topology `virtual-wan`: hubs managed by Azure, each with its region's firewall, gateways and routes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from bluelamp.infra.program.azure.context import Context
from bluelamp.infra.program.azure.hubs import base_policy, certificate_authority, hub_args, policy_args
from bluelamp.infra.program.azure.topology import (
    AlertKinds,
    CircuitConnection,
    SiteGateways,
    SpokeConnection,
    Topology,
)
from bluelamp.infra.settings.fields import Region
from bluelamp.infra.settings.site import Site
from bluelamp.modules import naming
from bluelamp.modules.azure.firewall_policy import FirewallPolicy
from bluelamp.modules.azure.hub import Hub
from bluelamp.modules.azure.virtual_wan import VirtualHub, VirtualHubArgs, VirtualWan

if TYPE_CHECKING:
    from bluelamp.modules.azure.firewall_policy import FirewallPolicyArgs
    from bluelamp.modules.azure.log_analytics import LogAnalytics
    from bluelamp.modules.azure.spoke import SpokeVirtualHub
    from bluelamp.modules.hybrid.site_to_site import KeyVaultPlace, SiteDevice


@dataclass(frozen=True)
class VirtualHubGateways(SiteGateways):
    """The gateways in the virtual hub of the primary region."""

    wan: VirtualWan
    hub: VirtualHub

    @property
    def vpn_gateway_id(self) -> pulumi.Output[str]:
        """The ARM id of the VPN gateway."""
        return self.hub.vpn_gateway_id

    @property
    def express_route_gateway_id(self) -> pulumi.Output[str]:
        """The ARM id of the ExpressRoute gateway; only where a site has a circuit."""
        return self.hub.express_route_gateway_id

    @property
    def alert_kinds(self) -> AlertKinds:
        """The kinds of these gateways in the alerts."""
        return AlertKinds("virtual_hub_vpn_gateway", "virtual_hub_express_route_gateway")

    @property
    def circuit_connection(self) -> CircuitConnection:
        """The gateway for a circuit's connection."""
        return {"virtual_hub_gateway_name": self.hub.express_route_gateway_name}

    def connect_site(
        self, context: Context, site: Site, devices: "Sequence[SiteDevice]", key_vault: "KeyVaultPlace"
    ) -> None:
        """Creates a site's tunnels, with their keys in `key_vault`."""
        from bluelamp.modules.hybrid.site_to_site import VirtualWanSite

        VirtualWanSite(
            f"site-{site.name}",
            {
                "label": context.label,
                "location": context.location,
                "resource_group_name": context.group("network").name,
                "site": site.name,
                "virtual_wan_id": self.wan.virtual_wan_id,
                "vpn_gateway_name": self.hub.vpn_gateway_name,
                "asn": site.asn,
                "devices": list(devices),
                "key_vault": key_vault,
            },
            context.at("network"),
        )


@dataclass(frozen=True)
class VirtualHubs(Topology):
    """The virtual WAN with its virtual hubs."""

    wan: VirtualWan
    virtual_hubs: Mapping[str, VirtualHub]

    @property
    def firewall_ids(self) -> Mapping[str, pulumi.Output[str]]:
        """The ARM ids of the firewalls, by region."""
        return {region: hub.firewall_id for region, hub in self.virtual_hubs.items()}

    def gateways(self, context: Context, logs: "LogAnalytics") -> SiteGateways | None:
        """The gateways to the force's sites, which are part of the hub; None without sites."""
        if not context.sites:
            return None
        return VirtualHubGateways(self.wan, self.virtual_hubs[context.location])

    def join(self, context: Context, gateways: SiteGateways | None) -> None:
        """Does nothing, as Azure connects the virtual hubs of a virtual WAN."""

    def spoke(self, context: Context, region: str, gateways: SiteGateways | None) -> SpokeConnection:
        """The connection of a landing zone in a region to the virtual hub there."""
        hub = self.virtual_hubs.get(region)
        return {} if hub is None else {"virtual_hub": _connection(context, hub, region)}


def virtual_wan(context: Context, ddos_plan_id: pulumi.Output[str] | None, logs: "LogAnalytics") -> VirtualHubs:
    """Creates the virtual WAN, and in each region a virtual hub with the network beside it."""
    wan = VirtualWan(
        "virtual-wan",
        {
            "label": context.label,
            "location": context.location,
            "resource_group_name": context.group("network").name,
        },
        context.at("network"),
    )
    networks: dict[str, Hub] = {}
    hubs: dict[str, VirtualHub] = {}
    policies: dict[str, pulumi.Output[str]] = {}
    for region in context.hub_spaces:
        policy_of = _policy_args(context, region, base_policy(context, region, logs), logs)
        policy = FirewallPolicy(context.regional("firewall-policy", region), policy_of, context.at("network"))
        hub = VirtualHub(
            context.regional("virtual-hub", region),
            _virtual_hub_args(context, region, wan, policy, logs),
            context.at("network"),
        )
        args = hub_args(context, region, ddos_plan_id, logs)
        args["virtual_hub"] = _connection(context, hub, region)
        networks[region] = Hub(context.regional("hub", region), args, context.at("network"))
        hubs[region] = hub
        # The hub's name is available after its routing intent, which depends on the firewall and its policy.
        policies[region] = pulumi.Output.all(policy.policy_name, hub.virtual_hub_name).apply(_first)
    return VirtualHubs(networks, ddos_plan_id, policies, wan, hubs)


def _virtual_hub_args(
    context: Context, region: Region, wan: VirtualWan, policy: FirewallPolicy, logs: "LogAnalytics"
) -> VirtualHubArgs:
    """The arguments of the virtual hub of a region; the primary one has the gateways, if there are sites."""
    args = VirtualHubArgs(
        label=context.label,
        location=region,
        resource_group_name=context.group("network", region).name,
        virtual_wan_id=wan.virtual_wan_id,
        address_space=str(naming.hub_plan(context.hub_spaces[region]).virtual_hub),
        firewall_policy_id=policy.policy_id,
        firewall_tier=context.azure.hub.firewall.tier,
        workspace_id=logs.workspace_id,
    )
    if context.sites and region == context.location:
        args["vpn_scale_units"] = 1
        if any(site.express_route for site in context.sites):
            args["express_route_scale_units"] = 1
    return args


def _policy_args(
    context: Context, region: Region, base: pulumi.Input[str] | None, logs: "LogAnalytics"
) -> "FirewallPolicyArgs":
    """The policy of a virtual hub's firewall, which resolves names with the resolver in the network beside the hub."""
    args = policy_args(context, region, "hub", logs)
    args["dns_servers"] = [str(naming.hub_plan(context.hub_spaces[region]).resolver_address)]
    if authority := certificate_authority(context):
        args["certificate_authority"] = authority
    if base is not None:
        args["base_policy_id"], args["rule_groups"] = base, []
    return args


def _first(values: list[str]) -> str:
    return values[0]


def _connection(context: Context, hub: VirtualHub, region: str) -> "SpokeVirtualHub":
    return {
        "virtual_hub_name": hub.virtual_hub_name,
        "resource_group_name": context.group("network", region).name,
        "firewall_address": hub.firewall_address,
    }
