"""Hubs, what protects them, names, gateways, and who watches the traffic."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pulumi

from bluelamp.infra.program.azure.context import Context
from bluelamp.infra.program.azure.hubs import hub_args
from bluelamp.infra.program.azure.operations import storage_key
from bluelamp.modules.azure.hub import Hub
from bluelamp.modules.azure.private_link import BLOB_ZONE

if TYPE_CHECKING:
    from bluelamp.modules.azure.customer_managed_keys import CustomerManagedKeys
    from bluelamp.modules.azure.dns_resolver import DnsResolver
    from bluelamp.modules.azure.gateways import Gateways
    from bluelamp.modules.azure.key_vault import KeyVault
    from bluelamp.modules.azure.log_analytics import LogAnalytics
    from bluelamp.modules.azure.network_watcher import NetworkWatcher
    from bluelamp.modules.azure.private_dns import PrivateDns
    from bluelamp.modules.azure.virtual_wan import VirtualHub, VirtualWan
    from bluelamp.modules.hybrid.express_route import ExpressRoute

VAULT_ZONE = "privatelink.vaultcore.azure.net"
"""The platform vault's zone, which its own module makes: it is there before the other zones are."""


@dataclass
class Network:
    """The network of a force, as far as it has come: hubs by region, the primary one first."""

    hubs: dict[str, Hub] = field(default_factory=dict)
    """By `virtual-wan` these are the networks beside the virtual hubs."""
    virtual_wan: "VirtualWan | None" = None
    virtual_hubs: "dict[str, VirtualHub]" = field(default_factory=dict)
    ddos_plan_id: pulumi.Output[str] | None = None
    zones: "PrivateDns | None" = None
    zone_names: tuple[str, ...] = ()
    vault_zone_id: pulumi.Output[str] | None = None
    resolvers: "dict[str, DnsResolver]" = field(default_factory=dict)
    watchers: "dict[str, NetworkWatcher]" = field(default_factory=dict)
    gateways: "Gateways | None" = None
    circuits: "dict[str, ExpressRoute]" = field(default_factory=dict)
    """By site."""
    firewall_policies: dict[str, pulumi.Output[str]] = field(default_factory=dict)
    """The names of the firewalls' policies by region, which wait for the firewalls."""

    @property
    def hub(self) -> Hub:
        """The primary region's hub."""
        return next(iter(self.hubs.values()))

    def zone(self, name: str) -> pulumi.Output[str]:
        """The id of one of the private DNS zones."""
        assert self.zones is not None
        return self.zones.zone_ids.apply(lambda ids: ids[name])

    @property
    def shared_zones(self) -> dict[str, pulumi.Input[str]]:
        """The zones that everything in the estate shares, by name: the vault's, and from `hybrid` on all of them."""
        shared: dict[str, pulumi.Input[str]] = {name: self.zone(name) for name in self.zone_names}
        return shared if self.vault_zone_id is None else {**shared, VAULT_ZONE: self.vault_zone_id}


def linked(context: Context, made: Network) -> dict[str, pulumi.Input[str]]:
    """The hubs' networks, by the short name that links to them have."""
    return {context.regional("hub", region): hub.virtual_network_id for region, hub in made.hubs.items()}


def network(context: Context, logs: "LogAnalytics") -> Network:
    """The hubs, with the protection plan that they share."""
    made = Network()
    if context.has("ddosPlan"):
        from bluelamp.modules.azure.ddos_plan import DdosPlan

        made.ddos_plan_id = DdosPlan(
            "ddos-plan",
            {
                "label": context.label,
                "location": context.location,
                "resource_group_name": context.group("network").name,
            },
            context.at("network"),
        ).plan_id
    for region, space in context.azure.hubs.items():
        if region == context.location or context.has("secondHub"):
            args = hub_args(context, made, region, str(space), logs)
            hub = made.hubs[region] = Hub(context.regional("hub", region), args, context.at("network"))
            if args.get("firewall", {}).get("enabled"):
                made.firewall_policies[region] = hub.firewall_policy_name
    return made


def join(context: Context, made: Network) -> None:
    """The hubs peered with one another, where no virtual WAN does it; the second uses the first one's gateway."""
    if len(made.hubs) < 2 or made.virtual_hubs:
        return
    from bluelamp.modules.azure.hub_peering import HubPeering, PeeredHub

    ends = [
        PeeredHub(
            location=region,
            virtual_network_id=hub.virtual_network_id,
            virtual_network_name=hub.virtual_network_name,
            resource_group_name=context.group("network", region).name,
        )
        for region, hub in made.hubs.items()
    ]
    if made.gateways is not None:
        ends[0]["gateway_id"] = made.gateways.vpn_gateway_id
    HubPeering("hub-peering", {"label": context.label, "first": ends[0], "second": ends[1]}, context.at("network"))


def names(context: Context, made: Network, vault: "KeyVault", logs: "LogAnalytics") -> None:
    """Private DNS and its resolvers."""
    made.vault_zone_id = vault.private_zone_id
    if context.has("privateDns"):
        from bluelamp.modules.azure.private_dns import PrivateDns, zones

        regions = tuple(context.azure.regions)
        made.zone_names = tuple(zone.name for zone in zones(regions))
        made.zones = PrivateDns(
            "private-dns",
            {
                "label": context.label,
                "location": context.location,
                "resource_group_name": context.group("dns").name,
                "regions": list(regions),
                "virtual_network_ids": linked(context, made),
                "existing": {VAULT_ZONE: vault.private_zone_id},
            },
            context.at("dns"),
        )
    if context.has("dnsResolver"):
        from bluelamp.modules.azure.dns_resolver import DnsResolver

        for region, hub in made.hubs.items():
            made.resolvers[region] = DnsResolver(
                context.regional("dns-resolver", region),
                {
                    "label": context.label,
                    "location": region,
                    "resource_group_name": context.group("dns", region).name,
                    "virtual_network_id": hub.virtual_network_id,
                    "inbound_subnet_id": hub.subnet_ids.apply(lambda ids: ids["resolver"]),
                    "outbound_subnet_id": hub.subnet_ids.apply(lambda ids: ids["resolver_outbound"]),
                    "inbound_address": hub.resolver_address,
                    "workspace_id": logs.workspace_id,
                },
                context.at("dns"),
            )


def watch(
    context: Context,
    made: Network,
    logs: "LogAnalytics",
    vault: "KeyVault",
    keys: "CustomerManagedKeys | None",
) -> None:
    """Network Watcher and flow logs, in each region that has a hub."""
    if not context.has("networkWatcher"):
        return
    from bluelamp.modules.azure.network_watcher import NetworkWatcher, NetworkWatcherArgs

    for region, hub in made.hubs.items():
        args = NetworkWatcherArgs(
            label=context.label,
            location=region,
            resource_group_name=context.group("network-watcher", region).name,
            workspace_id=logs.workspace_id,
            virtual_network_ids={"hub": hub.virtual_network_id},
        )
        if made.zones is not None:
            args["subnet_id"] = hub.private_endpoints_subnet_id
            args["private_zone_id"] = made.zone(BLOB_ZONE)
        if keys is not None:
            args["key"] = storage_key(keys, vault)
        made.watchers[region] = NetworkWatcher(
            context.regional("network-watcher", region), args, context.at("network-watcher")
        )
