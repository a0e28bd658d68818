"""The connections between Azure and the force's own sites: tunnels, circuits, and DNS in both directions."""

from typing import TYPE_CHECKING

from bluelamp.infra.program.azure.context import Context
from bluelamp.infra.program.azure.dns import Names
from bluelamp.infra.program.azure.topology import SiteGateways
from bluelamp.infra.settings.on_premises import OnPremises
from bluelamp.infra.settings.site import ExpressRoute as CircuitSettings
from bluelamp.infra.settings.site import Site

if TYPE_CHECKING:
    from bluelamp.modules.azure.key_vault import KeyVault
    from bluelamp.modules.azure.log_analytics import LogAnalytics
    from bluelamp.modules.hybrid.express_route import ExpressRoute, ExpressRouteArgs
    from bluelamp.modules.hybrid.site_to_site import KeyVaultPlace

PRIVATE_REVERSE = "in-addr.arpa."


def site_connections(
    context: Context, gateways: SiteGateways | None, names: Names, vault: "KeyVault", logs: "LogAnalytics"
) -> "dict[str, ExpressRoute]":
    """Creates each site's tunnels, circuit and DNS forwarding in both directions; returns the circuits by site."""
    estate = context.force.on_premises
    if estate is None or gateways is None:
        return {}
    for site in context.sites:
        _tunnels(context, gateways, site, vault)
    circuits = {
        site.name: _circuit(context, gateways, site, site.express_route, logs)
        for site in context.sites
        if site.express_route
    }
    _names(context, names, estate)
    return circuits


def _tunnels(context: Context, gateways: SiteGateways, site: Site, vault: "KeyVault") -> None:
    from bluelamp.modules.hybrid.site_to_site import SiteDevice

    devices = [SiteDevice(address=str(each.address), bgp_address=str(each.bgp_address)) for each in site.devices]
    gateways.connect_site(context, site, devices, _key_vault(context, site, vault))


def _key_vault(context: Context, site: Site, vault: "KeyVault") -> "KeyVaultPlace":
    from bluelamp.modules.hybrid.site_to_site import KeyVaultPlace

    place = KeyVaultPlace(vault_name=vault.name, resource_group_name=context.group("security").name)
    if site.key is not None:
        place["expires_on"], place["number"] = site.key.expires.isoformat(), site.key.number
    return place


def _circuit(
    context: Context, gateways: SiteGateways, site: Site, wanted: CircuitSettings, logs: "LogAnalytics"
) -> "ExpressRoute":
    from bluelamp.modules.hybrid.express_route import ExpressRoute

    args = _circuit_args(context, gateways, site, wanted, logs)
    return ExpressRoute(f"circuit-{site.name}", args, context.at("network"))


def _circuit_args(
    context: Context, gateways: SiteGateways, site: Site, wanted: CircuitSettings, logs: "LogAnalytics"
) -> "ExpressRouteArgs":
    from bluelamp.modules.hybrid.express_route import ExpressRouteArgs

    args = ExpressRouteArgs(
        label=context.label,
        location=context.location,
        resource_group_name=context.group("network").name,
        workspace_id=logs.workspace_id,
        workload=site.name,
        provider=wanted.provider,
        peering_location=wanted.peering_location,
        bandwidth_mbps=wanted.bandwidth_mbps,
    )
    if wanted.peering:
        args["provisioned"] = True
        connection = gateways.circuit_connection
        if "gateway_id" in connection:
            args["gateway_id"] = connection["gateway_id"]
        if "virtual_hub_gateway_name" in connection:
            args["virtual_hub_gateway_name"] = connection["virtual_hub_gateway_name"]
        args["peering"] = {
            "asn": site.asn,
            "vlan": wanted.peering.vlan,
            "primary": str(wanted.peering.primary),
            "secondary": str(wanted.peering.secondary),
        }
    return args


def _names(context: Context, names: Names, estate: OnPremises) -> None:
    """Forwards the force's own domain and the reverse zone of its addresses to the sites' DNS servers."""
    servers = [str(server) for site in estate.sites for server in site.dns_servers]
    resolver = names.resolvers.get(context.location)
    if not (estate.domain and servers and resolver):
        return
    from bluelamp.modules.azure.dns_resolver import DnsServer
    from bluelamp.modules.hybrid.dns import HybridDns

    dns_servers = [DnsServer(address=server) for server in servers[:6]]
    HybridDns(
        "hybrid-dns",
        {
            "resource_group_name": context.group("dns").name,
            "ruleset_name": resolver.ruleset_name,
            "forwards": [
                {"domain": f"{estate.domain}.", "servers": list(dns_servers)},
                {"domain": _reverse(str(estate.address_space)), "servers": list(dns_servers)},
            ],
            "inbound_addresses": [each.inbound_address for each in names.resolvers.values()],
            "regions": list(context.azure.regions),
        },
        context.at("dns"),
    )


def _reverse(space: str) -> str:
    """The reverse zone of a range, by whole octets: `158.10.in-addr.arpa.` for 10.158.0.0/16."""
    network, _, prefix = space.partition("/")
    octets = network.split(".")[: max(int(prefix) // 8, 1)]
    return ".".join(reversed(octets)) + f".{PRIVATE_REVERSE}"
