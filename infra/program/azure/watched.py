"""What has alerts on its metrics: what everything else of the force hangs on."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from bluelamp.infra.program.azure.context import Context
from bluelamp.modules.azure.alerts.metrics import WatchedResource

if TYPE_CHECKING:
    from bluelamp.infra.program.azure.network import Network
    from bluelamp.modules.azure.key_vault import KeyVault
    from bluelamp.modules.azure.log_archive import LogArchive


class Watched(NamedTuple):
    """A resource and the short name of the subscription that it is in."""

    subscription: str
    resource: WatchedResource


def watched(context: Context, network: "Network", vault: "KeyVault", kept: "LogArchive | None") -> dict[str, Watched]:
    """The vault, the archive, the firewalls, and the ways to the force's sites, by the short name of each."""
    of = context.subscriptions.of
    found = {"vault": Watched(of("security"), WatchedResource(kind="key_vault", id=vault.id))}
    if kept is not None:
        found["archive"] = Watched(of("management"), WatchedResource(kind="storage", id=kept.id))
    there = of("network")
    for name, resource in (*_firewalls(context, network), *_ways(context, network)):
        found[name] = Watched(there, resource)
    return found


def _firewalls(context: Context, network: "Network") -> Iterator[tuple[str, WatchedResource]]:
    walls = network.virtual_hubs or (network.hubs if context.azure.hub.firewall.enabled else {})
    for region, hub in walls.items():
        yield context.regional("firewall", region), WatchedResource(kind="firewall", id=hub.firewall_id)


def _ways(context: Context, network: "Network") -> Iterator[tuple[str, WatchedResource]]:
    if not context.sites:
        return
    of_a_virtual_hub = "virtual_hub_" if network.virtual_hubs else ""
    gateways = network.virtual_hubs.get(context.location) or network.gateways
    assert gateways is not None
    yield "vpn", WatchedResource(kind=f"{of_a_virtual_hub}vpn_gateway", id=gateways.vpn_gateway_id)
    if any(site.express_route for site in context.sites):
        kind = f"{of_a_virtual_hub}express_route_gateway"
        yield "express-route", WatchedResource(kind=kind, id=gateways.express_route_gateway_id)
    for site in context.sites:
        # A circuit on order has no neighbour yet: its alerts would ring until the provider has built it.
        if site.express_route and site.express_route.peering:
            circuit = network.circuits[site.name]
            yield f"circuit-{site.name}", WatchedResource(kind="express_route", id=circuit.circuit_id)
