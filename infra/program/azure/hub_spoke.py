"""The topology `hub-spoke`: a hub network in each region, with peered spokes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from bluelamp.infra.program.azure.context import Context
from bluelamp.infra.program.azure.hubs import base_policy, certificate_authority, hub_args
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
from bluelamp.modules.azure.hub import Hub, HubArgs

if TYPE_CHECKING:
    from bluelamp.modules.azure.gateways import Gateways
    from bluelamp.modules.azure.log_analytics import LogAnalytics
    from bluelamp.modules.azure.spoke import SpokeHub
    from bluelamp.modules.hybrid.site_to_site import KeyVaultPlace, SiteDevice


@dataclass(frozen=True)
class HubGateways(SiteGateways):
    """The gateways in the hub network of the primary region."""

    made: "Gateways"

    @property
    def vpn_gateway_id(self) -> pulumi.Output[str]:
        """The ARM id of the VPN gateway."""
        return self.made.vpn_gateway_id

    @property
    def express_route_gateway_id(self) -> pulumi.Output[str]:
        """The ARM id of the ExpressRoute gateway; only where a site has a circuit."""
        return self.made.express_route_gateway_id

    @property
    def alert_kinds(self) -> AlertKinds:
        """The kinds of these gateways in the alerts."""
        return AlertKinds("vpn_gateway", "express_route_gateway")

    @property
    def circuit_connection(self) -> CircuitConnection:
        """The gateway for a circuit's connection."""
        return {"gateway_id": self.made.express_route_gateway_id}

    def connect_site(
        self, context: Context, site: Site, devices: "Sequence[SiteDevice]", key_vault: "KeyVaultPlace"
    ) -> None:
        """Creates a site's tunnels, with their keys in `key_vault`."""
        from bluelamp.modules.hybrid.site_to_site import SiteToSite

        SiteToSite(
            f"site-{site.name}",
            {
                "label": context.label,
                "location": context.location,
                "resource_group_name": context.group("network").name,
                "site": site.name,
                "vpn_gateway_id": self.made.vpn_gateway_id,
                "asn": site.asn,
                "devices": list(devices),
                "key_vault": key_vault,
            },
            context.at("network"),
        )


@dataclass(frozen=True)
class HubSpoke(Topology):
    """The hub networks."""

    @property
    def firewall_ids(self) -> Mapping[str, pulumi.Output[str]]:
        """The ARM ids of the firewalls, by region."""
        return {region: self.networks[region].firewall_id for region in self.firewall_policies}

    def gateways(self, context: Context, logs: "LogAnalytics") -> SiteGateways | None:
        """The gateways to the force's sites, in the primary hub; None without sites."""
        if not context.sites:
            return None
        from bluelamp.modules.azure.gateways import Gateways, GatewaysArgs

        args = GatewaysArgs(
            label=context.label,
            location=context.location,
            resource_group_name=context.group("network").name,
            subnet_id=self.primary.subnet_ids.apply(lambda ids: ids["gateway"]),
            workspace_id=logs.workspace_id,
            vpn={},
        )
        if any(site.express_route for site in context.sites):
            args["express_route"] = {}
        return HubGateways(Gateways("gateways", args, context.at("network")))

    def join(self, context: Context, gateways: SiteGateways | None) -> None:
        """Peers the hubs of both regions; the second uses the gateway of the first."""
        if len(self.networks) < 2:
            return
        from bluelamp.modules.azure.hub_peering import HubPeering, PeeredHub

        first, second = (
            PeeredHub(
                location=region,
                virtual_network_id=hub.virtual_network_id,
                virtual_network_name=hub.virtual_network_name,
                resource_group_name=context.group("network", region).name,
            )
            for region, hub in self.networks.items()
        )
        if gateways is not None:
            first["gateway_id"] = gateways.vpn_gateway_id
        HubPeering("hub-peering", {"label": context.label, "first": first, "second": second}, context.at("network"))

    def spoke(self, context: Context, region: str, gateways: SiteGateways | None) -> SpokeConnection:
        """The peering of a landing zone in a region with the hub there."""
        hub = self.networks.get(region)
        if hub is None:
            return {}
        peered: SpokeHub = {
            "virtual_network_id": hub.virtual_network_id,
            "virtual_network_name": hub.virtual_network_name,
            "resource_group_name": context.group("network", region).name,
        }
        if region in self.firewall_policies:
            peered["firewall_address"] = hub.firewall_address
        if gateways is not None and region == context.location:
            peered["gateway_id"] = gateways.vpn_gateway_id
        return {"hub": peered}


def hub_spoke(context: Context, ddos_plan_id: pulumi.Output[str] | None, logs: "LogAnalytics") -> HubSpoke:
    """Creates the hub network of each region."""
    networks: dict[str, Hub] = {}
    for region in context.hub_spaces:
        args = _args(context, region, ddos_plan_id, base_policy(context, region, logs), logs)
        networks[region] = Hub(context.regional("hub", region), args, context.at("network"))
    walled = networks if context.azure.hub.firewall.enabled else {}
    return HubSpoke(networks, ddos_plan_id, {region: hub.firewall_policy_name for region, hub in walled.items()})


def _args(
    context: Context,
    region: Region,
    ddos_plan_id: pulumi.Output[str] | None,
    base: pulumi.Input[str] | None,
    logs: "LogAnalytics",
) -> HubArgs:
    """The arguments of a hub with its own firewall, and with the routes that bypass it."""
    args = hub_args(context, region, ddos_plan_id, logs)
    wanted = context.azure.hub.firewall
    args["firewall"] = {
        "enabled": bool(wanted.enabled),
        "tier": wanted.tier,
        "threat_intel_mode": wanted.threat_intel_mode,
    }
    if base is not None:
        args["firewall"]["base_policy_id"] = base
    if authority := certificate_authority(context):
        args["firewall"]["certificate_authority"] = authority
    beyond = _beyond(context, region)
    if beyond:
        args["beyond"] = beyond
    zones = [zone.address_space for zone in context.azure.landing_zones if context.region_of(zone) == region]
    spokes = [str(space) for space in sorted(zones)]  # independent of the order in the settings
    if region == context.location:  # the region of the gateway, which the other hub uses too
        spokes += beyond
    if spokes:
        args["spoke_ranges"] = spokes
    return args


def _beyond(context: Context, region: Region) -> dict[str, str]:
    """The force's range in the other region with a hub, behind the firewall there."""
    ranges = context.force.allocation.ranges()
    return {
        str(ranges[other]): str(naming.hub_plan(space).firewall_address)
        for other, space in context.hub_spaces.items()
        if other != region
    }
