"""The resources with metric alerts: those on which all others depend."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from bluelamp.infra.program.azure.context import Context
from bluelamp.infra.program.azure.network import Network
from bluelamp.modules.azure.alerts.metrics import WatchedResource

if TYPE_CHECKING:
    from bluelamp.modules.azure.key_vault import KeyVault
    from bluelamp.modules.azure.log_archive import LogArchive


class MonitoredResource(NamedTuple):
    """A resource and the short name of its subscription."""

    subscription: str
    resource: WatchedResource


def monitored_resources(
    context: Context, network: Network, vault: "KeyVault", archive: "LogArchive | None"
) -> dict[str, MonitoredResource]:
    """The vault, the archive, the firewalls, and the gateways and circuits to the force's sites, by short names."""
    of = context.subscriptions.of
    found = {"vault": MonitoredResource(of("security"), WatchedResource(kind="key_vault", id=vault.id))}
    if archive is not None:
        found["archive"] = MonitoredResource(of("management"), WatchedResource(kind="storage", id=archive.id))
    network_subscription = of("network")
    for name, resource in (*_firewalls(context, network), *_site_connections(context, network)):
        found[name] = MonitoredResource(network_subscription, resource)
    return found


def _firewalls(context: Context, network: Network) -> Iterator[tuple[str, WatchedResource]]:
    for region, firewall_id in network.topology.firewall_ids.items():
        yield context.regional("firewall", region), WatchedResource(kind="firewall", id=firewall_id)


def _site_connections(context: Context, network: Network) -> Iterator[tuple[str, WatchedResource]]:
    gateways = network.gateways
    if gateways is None:
        return
    kinds = gateways.alert_kinds
    yield "vpn", WatchedResource(kind=kinds.vpn, id=gateways.vpn_gateway_id)
    if any(site.express_route for site in context.sites):
        yield "express-route", WatchedResource(kind=kinds.express_route, id=gateways.express_route_gateway_id)
    for site in context.sites:
        # A circuit that is not provisioned has no BGP peer, so its alerts would fire.
        if site.express_route and site.express_route.peering:
            yield (
                f"circuit-{site.name}",
                WatchedResource(kind="express_route", id=network.circuits[site.name].circuit_id),
            )
