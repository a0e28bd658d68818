"""The VPN and ExpressRoute gateways of a hub network."""

from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import network

from bluelamp.modules.azure.place import Place
from bluelamp.modules.component import Component
from bluelamp.modules.shared_arguments import ResourceGroupScopedArgs

AZURE_ASN = 65515
"""The default BGP autonomous system number of Azure gateways."""

_RESERVED_ASNS = frozenset({8074, 8075, 12076, 23456, 65517, 65518, 65519, 65520, *range(64496, 64512)})
"""The autonomous system numbers reserved by Azure and IANA ("About BGP with Azure VPN Gateway")."""

_EXPRESS_ROUTE_SIZES = {
    1: ("ErGw1AZ", "Standard"),
    2: ("ErGw2AZ", "HighPerformance"),
    3: ("ErGw3AZ", "UltraPerformance"),
}
"""The SKU by size, for a region with zones and for one without."""


class VpnSide(TypedDict):
    """The VPN gateway."""

    size: NotRequired[int]
    """1 to 5, for VpnGw1AZ to VpnGw5AZ (650 Mbps to 10 Gbps); 2 by default."""
    asn: NotRequired[int]
    """The gateway's BGP autonomous system number; 65515 by default."""


class ExpressRouteSide(TypedDict):
    """The ExpressRoute gateway."""

    size: NotRequired[int]
    """1 to 3 (1, 2 and 10 Gbps); 1 by default. A region without zones has the non-zonal SKU of the same size."""


class GatewaysArgs(ResourceGroupScopedArgs):
    """Arguments of a hub's gateways."""

    subnet_id: pulumi.Input[str]
    """The hub's gateway subnet."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that receives the gateways' logs."""
    vpn: NotRequired[VpnSide]
    """The VPN gateway; none by default."""
    express_route: NotRequired[ExpressRouteSide]
    """The ExpressRoute gateway; none by default."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the gateways; false by default. Creating one takes up to 45 minutes."""


class Gateways(Component):
    """An active-active VPN gateway, an ExpressRoute gateway, or both, with public IP addresses and logs."""

    vpn_gateway_id: pulumi.Output[str]
    """The VPN gateway's ARM id; empty without one."""
    express_route_gateway_id: pulumi.Output[str]
    """The ExpressRoute gateway's ARM id; empty without one."""
    vpn_addresses: pulumi.Output[list[str]]
    """The VPN gateway's public IP addresses, to which the force's VPN devices connect."""

    def __init__(self, name: str, args: GatewaysArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        _check(name, args)
        place = Place(self, name, args["label"], args["location"], args["resource_group_name"], args["workspace_id"])
        self.vpn_gateway_id = self.express_route_gateway_id = pulumi.Output.from_input("")
        self.vpn_addresses = pulumi.Output.from_input([])
        first: list[pulumi.Resource] = []
        if "vpn" in args:
            addresses = [place.public_address("vpn-1"), place.public_address("vpn-2")]
            gateway = _vpn(place, args, args["vpn"], addresses)
            self.vpn_gateway_id = gateway.id
            self.vpn_addresses = pulumi.Output.all(*(address.ip_address for address in addresses))
            first = [gateway]
        if "express_route" in args:
            # Azure changes one gateway of a network at a time and rejects a concurrent change.
            self.express_route_gateway_id = _express_route(place, args, args["express_route"], first).id
        self.finish()


def _check(name: str, args: GatewaysArgs) -> None:
    wrong = []
    if "vpn" not in args and "express_route" not in args:
        wrong.append("at least one of vpn and express_route is required; {} takes the defaults")
    size, asn = args.get("vpn", {}).get("size", 2), args.get("vpn", {}).get("asn", AZURE_ASN)
    if not 1 <= size <= 5:
        wrong.append(f"vpn.size is {size}; allowed are 1 to 5")
    if asn in _RESERVED_ASNS or not 1 <= asn <= 4294967294:
        wrong.append(f"vpn.asn is {asn}, which is reserved; use a private one such as 65010")
    size = args.get("express_route", {}).get("size", 1)
    if size not in _EXPRESS_ROUTE_SIZES:
        wrong.append(f"express_route.size is {size}; allowed are 1 to 3")
    if wrong:
        raise ValueError(f"Gateways {name!r}: " + "; ".join(wrong))


def _vpn(
    place: Place, args: GatewaysArgs, wanted: VpnSide, addresses: list[network.PublicIPAddress]
) -> network.VirtualNetworkGateway:
    sku = f"VpnGw{wanted.get('size', 2)}AZ"  # Azure no longer offers other SKUs, even in regions without zones
    gateway = network.VirtualNetworkGateway(
        place.logical("vpn"),
        virtual_network_gateway_name=place.name("virtual_network_gateway", "vpn"),
        **place.here,
        gateway_type="Vpn",
        vpn_type="RouteBased",
        vpn_gateway_generation="Generation1" if sku == "VpnGw1AZ" else "Generation2",
        sku=network.VirtualNetworkGatewaySkuArgs(name=sku, tier=sku),
        active_active=True,
        enable_bgp=True,
        bgp_settings=network.BgpSettingsArgs(asn=wanted.get("asn", AZURE_ASN)),
        disable_ip_sec_replay_protection=False,
        ip_configurations=[_configuration(f"vpn-{n}", args, address) for n, address in enumerate(addresses, 1)],
        opts=place.owner.child(protect=args.get("protect", False)),
    )
    place.log("vpn", gateway)
    return gateway


def _express_route(
    place: Place, args: GatewaysArgs, wanted: ExpressRouteSide, after: list[pulumi.Resource]
) -> network.VirtualNetworkGateway:
    zonal, plain = _EXPRESS_ROUTE_SIZES[wanted.get("size", 1)]
    sku = zonal if place.zones else plain
    gateway = network.VirtualNetworkGateway(
        place.logical("express-route"),
        virtual_network_gateway_name=place.name("virtual_network_gateway", "express-route"),
        **place.here,
        gateway_type="ExpressRoute",
        sku=network.VirtualNetworkGatewaySkuArgs(name=sku, tier=sku),
        ip_configurations=[_configuration("express-route", args, place.public_address("express-route"))],
        opts=place.owner.child(protect=args.get("protect", False), depends_on=after),
    )
    place.log("express-route", gateway)
    return gateway


def _configuration(
    name: str, args: GatewaysArgs, address: network.PublicIPAddress
) -> network.VirtualNetworkGatewayIPConfigurationArgs:
    return network.VirtualNetworkGatewayIPConfigurationArgs(
        name=name,
        private_ip_allocation_method="Dynamic",
        subnet=network.SubResourceArgs(id=args["subnet_id"]),
        public_ip_address=network.SubResourceArgs(id=address.id),
    )
