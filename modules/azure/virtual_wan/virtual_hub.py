"""A virtual hub with its firewall, routing intent and gateways."""

from ipaddress import IPv4Network
from typing import NotRequired

import pulumi
from pulumi_azure_native import network

from bluelamp.modules.azure.place import Place
from bluelamp.modules.azure.virtual_wan.hub_gateways import express_route_gateway, gateway_problems, vpn_gateway
from bluelamp.modules.component import Component, after
from bluelamp.modules.shared_arguments import LabelledArgs

_TIERS = ("Standard", "Premium")


class VirtualHubArgs(LabelledArgs):
    """Arguments of a virtual hub."""

    location: str
    """The Azure region, `uksouth` or `ukwest`; a WAN has one hub in each."""
    resource_group_name: pulumi.Input[str]
    """The resource group of the hub."""
    virtual_wan_id: pulumi.Input[str]
    """The hub's virtual WAN."""
    address_space: str
    """The address range, a /24 or larger (Azure recommends a /23) without overlaps; it cannot be changed."""
    firewall_policy_id: pulumi.Input[str]
    """The firewall policy, a `FirewallPolicy`."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that receives the hub's logs."""
    firewall_tier: NotRequired[str]
    """`Premium` or `Standard`, as in the policy; `Premium` by default."""
    public_addresses: NotRequired[int]
    """The number of public IP addresses of the firewall, 1 to 80; 1 by default."""
    vpn_scale_units: NotRequired[int]
    """The VPN gateway's scale units of 500 Mbps, 1 to 20; by default 0, no gateway."""
    express_route_scale_units: NotRequired[int]
    """The ExpressRoute gateway's minimum scale units of 2 Gbps, 1 to 10; by default 0, no gateway."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the hub and its gateways; false by default."""


class VirtualHub(Component):
    """A virtual hub with a firewall for all traffic, routing intent, gateways and logs."""

    virtual_hub_id: pulumi.Output[str]
    """The hub's ARM id."""
    virtual_hub_name: pulumi.Output[str]
    """The hub's name, for the connections of spokes. It depends on the routing intent."""
    firewall_address: pulumi.Output[str]
    """The firewall's private address, which Azure assigns; the DNS server of networks."""
    firewall_id: pulumi.Output[str]
    """The firewall's ARM id."""
    vpn_gateway_id: pulumi.Output[str]
    """The VPN gateway's ARM id; empty without one."""
    vpn_gateway_name: pulumi.Output[str]
    """The VPN gateway's name, known before it exists; empty without one."""
    express_route_gateway_id: pulumi.Output[str]
    """The ExpressRoute gateway's ARM id; empty without one."""
    express_route_gateway_name: pulumi.Output[str]
    """The ExpressRoute gateway's name, known before it exists; empty without one."""

    def __init__(self, name: str, args: VirtualHubArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        _check(name, args)
        place = Place(self, name, args["label"], args["location"], args["resource_group_name"], args["workspace_id"])
        hub_name = place.name("virtual_hub", "hub")
        hub = network.VirtualHub(
            place.logical("hub"),
            virtual_hub_name=hub_name,
            **place.here,
            virtual_wan=network.SubResourceArgs(id=args["virtual_wan_id"]),
            address_prefix=args["address_space"],
            sku="Standard",
            # The circuit is preferred, and the VPN is its backup.
            hub_routing_preference="ExpressRoute",
            opts=self.child(protect=args.get("protect", False)),
        )
        wall = _firewall(place, args, hub)
        intent = _routing_intent(place, after(hub_name, hub), wall)
        self.virtual_hub_id = hub.id
        self.virtual_hub_name = after(hub_name, hub, intent)
        self.firewall_id = wall.id
        self.firewall_address = wall.hub_ip_addresses.apply(
            lambda addresses: str(addresses.private_ip_address) if addresses and addresses.private_ip_address else ""
        )
        self.vpn_gateway_id = self.vpn_gateway_name = pulumi.Output.from_input("")
        self.express_route_gateway_id = self.express_route_gateway_name = pulumi.Output.from_input("")
        made = pulumi.ResourceOptions(depends_on=[intent], protect=args.get("protect", False))
        if units := args.get("vpn_scale_units", 0):
            self.vpn_gateway_id, self.vpn_gateway_name = vpn_gateway(place, hub, units, made)
        if units := args.get("express_route_scale_units", 0):
            gateway = express_route_gateway(place, hub, units, made)
            self.express_route_gateway_id, self.express_route_gateway_name = gateway
        self.finish()


def _check(name: str, args: VirtualHubArgs) -> None:
    wrong = gateway_problems(args.get("vpn_scale_units", 0), args.get("express_route_scale_units", 0))
    tier, addresses = args.get("firewall_tier", "Premium"), args.get("public_addresses", 1)
    if tier not in _TIERS:
        wrong.append(f"firewall_tier is {tier!r}; allowed are {' and '.join(_TIERS)}")
    if not 1 <= addresses <= 80:
        wrong.append(f"public_addresses is {addresses}; allowed are 1 to 80")
    try:
        whole = IPv4Network(args["address_space"])
    except ValueError as problem:
        wrong.append(f"address_space: {problem}")
    else:
        if whole.prefixlen > 24:
            wrong.append(f"address_space is {whole}; at least a /24 is needed")
    if wrong:
        raise ValueError(f"VirtualHub {name!r}: " + "; ".join(wrong))


def _firewall(place: Place, args: VirtualHubArgs, hub: network.VirtualHub) -> network.AzureFirewall:
    wall = network.AzureFirewall(
        place.logical("firewall"),
        azure_firewall_name=place.name("firewall", "virtual-hub"),
        **place.here,
        sku=network.AzureFirewallSkuArgs(name="AZFW_Hub", tier=args.get("firewall_tier", "Premium")),
        virtual_hub=network.SubResourceArgs(id=hub.id),
        firewall_policy=network.SubResourceArgs(id=args["firewall_policy_id"]),
        hub_ip_addresses=network.HubIPAddressesArgs(
            public_ips=network.HubPublicIPAddressesArgs(count=args.get("public_addresses", 1))
        ),
        zones=place.zones,
        opts=place.owner.child(),
    )
    place.log("firewall", wall, dedicated=True)
    return wall


def _routing_intent(place: Place, hub: pulumi.Output[str], wall: network.AzureFirewall) -> network.RoutingIntent:
    """Sends Internet traffic and traffic between networks, sites and hubs through the firewall."""
    destinations = {"internet": "Internet", "private": "PrivateTraffic"}
    return network.RoutingIntent(
        place.logical("routing-intent"),
        routing_intent_name="routing-intent",
        virtual_hub_name=hub,
        resource_group_name=place.resource_group_name,
        routing_policies=[
            network.RoutingPolicyArgs(name=name, destinations=[destination], next_hop=wall.id)
            for name, destination in destinations.items()
        ],
        opts=place.owner.child(),
    )
