"""The link between Azure and the force's own sites: gateways, tunnels, circuits, and names both ways."""

from typing import TYPE_CHECKING

from bluelamp.infra.program.azure.context import Context
from bluelamp.infra.settings.on_premises import OnPremises
from bluelamp.infra.settings.site import Site

if TYPE_CHECKING:
    from bluelamp.infra.program.azure.network import Network
    from bluelamp.modules.azure.key_vault import KeyVault
    from bluelamp.modules.azure.log_analytics import LogAnalytics
    from bluelamp.modules.hybrid.express_route import ExpressRouteArgs

PRIVATE_REVERSE = "in-addr.arpa."


def gateways(context: Context, made: "Network", logs: "LogAnalytics") -> None:
    """The gateways in the first hub; only where there are sites to reach, and no virtual hub that has its own."""
    if not context.sites or made.virtual_hubs:
        return
    from bluelamp.modules.azure.gateways import Gateways, GatewaysArgs

    args = GatewaysArgs(
        label=context.label,
        location=context.location,
        resource_group_name=context.group("network").name,
        subnet_id=made.hub.subnet_ids.apply(lambda ids: ids["gateway"]),
        workspace_id=logs.workspace_id,
        vpn={},
    )
    if any(site.express_route for site in context.sites):
        args["express_route"] = {}
    made.gateways = Gateways("gateways", args, context.at("network"))


def sites(context: Context, made: "Network", vault: "KeyVault", logs: "LogAnalytics") -> None:
    """Each site's tunnels, its circuit where it has one, and DNS both ways."""
    estate = context.force.on_premises
    if estate is None or not context.sites:
        return
    for site in context.sites:
        _tunnels(context, made, site, vault)
        if site.express_route:
            from bluelamp.modules.hybrid.express_route import ExpressRoute

            circuit = ExpressRoute(f"circuit-{site.name}", _circuit(context, made, site, logs), context.at("network"))
            made.circuits[site.name] = circuit
    _names(context, made, estate)


def _tunnels(context: Context, made: "Network", site: Site, vault: "KeyVault") -> None:
    from bluelamp.modules.hybrid.site_to_site import KeyVaultPlace, SiteDevice, SiteToSite, VirtualWanSite

    name, group = f"site-{site.name}", context.group("network").name
    devices = [SiteDevice(address=str(each.address), bgp_address=str(each.bgp_address)) for each in site.devices]
    key_vault = KeyVaultPlace(vault_name=vault.name, resource_group_name=context.group("security").name)
    if site.key is not None:
        key_vault["expires_on"], key_vault["number"] = site.key.expires.isoformat(), site.key.number
    if made.virtual_wan is not None:
        VirtualWanSite(
            name,
            {
                "label": context.label,
                "location": context.location,
                "resource_group_name": group,
                "site": site.name,
                "virtual_wan_id": made.virtual_wan.virtual_wan_id,
                "vpn_gateway_name": made.virtual_hubs[context.location].vpn_gateway_name,
                "asn": site.asn,
                "devices": devices,
                "key_vault": key_vault,
            },
            context.at("network"),
        )
    elif made.gateways is not None:
        SiteToSite(
            name,
            {
                "label": context.label,
                "location": context.location,
                "resource_group_name": group,
                "site": site.name,
                "vpn_gateway_id": made.gateways.vpn_gateway_id,
                "asn": site.asn,
                "devices": devices,
                "key_vault": key_vault,
            },
            context.at("network"),
        )


def _circuit(context: Context, made: "Network", site: Site, logs: "LogAnalytics") -> "ExpressRouteArgs":
    from bluelamp.modules.hybrid.express_route import ExpressRouteArgs

    wanted = site.express_route
    assert wanted is not None
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
        if made.gateways is not None:
            args["gateway_id"] = made.gateways.express_route_gateway_id
        else:
            args["virtual_hub_gateway_name"] = made.virtual_hubs[context.location].express_route_gateway_name
        args["peering"] = {
            "asn": site.asn,
            "vlan": wanted.peering.vlan,
            "primary": str(wanted.peering.primary),
            "secondary": str(wanted.peering.secondary),
        }
    return args


def _names(context: Context, made: "Network", estate: OnPremises) -> None:
    """The force's own domain and the reverse zone of its addresses, asked of the sites' servers."""
    servers = [str(server) for site in estate.sites for server in site.dns_servers]
    if not (estate.domain and servers and made.resolvers):
        return
    from bluelamp.modules.azure.dns_resolver import DnsServer
    from bluelamp.modules.hybrid.dns import HybridDns

    asked = [DnsServer(address=server) for server in servers[:6]]
    resolver = next(iter(made.resolvers.values()))
    HybridDns(
        "hybrid-dns",
        {
            "resource_group_name": context.group("dns").name,
            "ruleset_name": resolver.ruleset_name,
            "forwards": [
                {"domain": f"{estate.domain}.", "servers": list(asked)},
                {"domain": _reverse(str(estate.address_space)), "servers": list(asked)},
            ],
            "inbound_addresses": [each.inbound_address for each in made.resolvers.values()],
            "regions": list(context.azure.regions),
        },
        context.at("dns"),
    )


def _reverse(space: str) -> str:
    """The reverse zone around a range, by whole octets: `158.10.in-addr.arpa.` for 10.158.0.0/16."""
    network, _, prefix = space.partition("/")
    octets = network.split(".")[: max(int(prefix) // 8, 1)]
    return ".".join(reversed(octets)) + f".{PRIVATE_REVERSE}"
