"""Private DNS zones and DNS resolvers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from bluelamp.infra.program.azure.context import Context
from bluelamp.infra.program.azure.topology import Topology, linked
from bluelamp.infra.program.outputs import one_of
from bluelamp.modules.azure.private_link import VAULT_ZONE

if TYPE_CHECKING:
    from bluelamp.modules.azure.dns_resolver import DnsResolver
    from bluelamp.modules.azure.key_vault import KeyVault
    from bluelamp.modules.azure.log_analytics import LogAnalytics


@dataclass(frozen=True)
class Names:
    """The private DNS zones shared by the estate, and the resolvers by region."""

    vault_zone_id: pulumi.Output[str]
    zone_ids: Mapping[str, pulumi.Output[str]]
    """All zones by name, from `hybrid` on; none before."""
    resolvers: "Mapping[str, DnsResolver]"

    @property
    def shared(self) -> dict[str, pulumi.Input[str]]:
        """The ids of the zones by name: from `hybrid` on all zones, before that the vault's."""
        return {**self.zone_ids, VAULT_ZONE: self.vault_zone_id}


def names(context: Context, topology: Topology, vault: "KeyVault", logs: "LogAnalytics") -> Names:
    """Creates the zones and the resolvers."""
    return Names(vault.private_zone_id, _zones(context, topology, vault), _resolvers(context, topology, logs))


def _zones(context: Context, topology: Topology, vault: "KeyVault") -> dict[str, pulumi.Output[str]]:
    if not context.has("privateDns"):
        return {}
    from bluelamp.modules.azure.private_dns import PrivateDns, zones

    regions = tuple(context.azure.regions)
    private_dns = PrivateDns(
        "private-dns",
        {
            "label": context.label,
            "location": context.location,
            "resource_group_name": context.group("dns").name,
            "regions": list(regions),
            "virtual_network_ids": linked(context, topology),
            "existing": {VAULT_ZONE: vault.private_zone_id},
        },
        context.at("dns"),
    )
    return {zone.name: one_of(private_dns.zone_ids, zone.name) for zone in zones(regions)}


def _resolvers(context: Context, topology: Topology, logs: "LogAnalytics") -> "dict[str, DnsResolver]":
    if not context.has("dnsResolver"):
        return {}
    from bluelamp.modules.azure.dns_resolver import DnsResolver

    return {
        region: DnsResolver(
            context.regional("dns-resolver", region),
            {
                "label": context.label,
                "location": region,
                "resource_group_name": context.group("dns", region).name,
                "virtual_network_id": hub.virtual_network_id,
                "inbound_subnet_id": one_of(hub.subnet_ids, "resolver"),
                "outbound_subnet_id": one_of(hub.subnet_ids, "resolver_outbound"),
                "inbound_address": hub.resolver_address,
                "workspace_id": logs.workspace_id,
            },
            context.at("dns"),
        )
        for region, hub in topology.networks.items()
    }
