"""The gateways of a virtual hub."""

import pulumi
from pulumi_azure_native import network

from bluelamp.modules.azure.place import Place
from bluelamp.modules.component import after

AZURE_ASN = 65515
"""The BGP autonomous system number of all virtual hub gateways; Azure accepts no other."""


def gateway_problems(vpn: int, express_route: int) -> list[str]:
    """The problems with these scale units, each in a sentence; 0 means no gateway."""
    found = [] if 0 <= vpn <= 20 else [f"vpn_scale_units is {vpn}; allowed are 0 to 20"]
    return found + (
        [] if 0 <= express_route <= 10 else [f"express_route_scale_units is {express_route}; allowed are 0 to 10"]
    )


def vpn_gateway(
    place: Place, hub: network.VirtualHub, units: int, opts: pulumi.ResourceOptions
) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
    """Creates the hub's VPN gateway, which has two instances. Returns its id and its name."""
    name = place.name("vpn_gateway", "hub")
    gateway = network.VpnGateway(
        place.logical("vpn"),
        gateway_name=name,
        **place.here,
        virtual_hub=network.SubResourceArgs(id=hub.id),
        vpn_gateway_scale_unit=units,
        bgp_settings=network.BgpSettingsArgs(asn=AZURE_ASN),
        is_routing_preference_internet=False,
        opts=pulumi.ResourceOptions.merge(opts, place.owner.child()),
    )
    place.log("vpn", gateway)
    return gateway.id, after(name, gateway)


def express_route_gateway(
    place: Place, hub: network.VirtualHub, units: int, opts: pulumi.ResourceOptions
) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
    """Creates the hub's ExpressRoute gateway, which scales automatically up to ten units. Returns its id and its
    name."""
    name = place.name("express_route_gateway", "hub")
    gateway = network.ExpressRouteGateway(
        place.logical("express-route"),
        express_route_gateway_name=name,
        **place.here,
        virtual_hub=network.VirtualHubIdArgs(id=hub.id),
        auto_scale_configuration=network.ExpressRouteGatewayPropertiesAutoScaleConfigurationArgs(
            bounds=network.ExpressRouteGatewayPropertiesBoundsArgs(min=units, max=10)
        ),
        allow_non_virtual_wan_traffic=False,
        opts=pulumi.ResourceOptions.merge(opts, place.owner.child()),
    )
    place.log("express-route", gateway)
    return gateway.id, after(name, gateway)
