"""The hub network of a region, through which inbound and outbound traffic passes."""

from typing import NotRequired

import pulumi
from pulumi_azure_native import network

from bluelamp.modules import naming
from bluelamp.modules.azure.hub.bastion import HubBastion, bastion
from bluelamp.modules.azure.hub.firewall import HubFirewall, firewall
from bluelamp.modules.azure.hub.rules import HubRule, bastion_rules, hub_rules
from bluelamp.modules.azure.hub.subnets import (
    SubnetProtection,
    firewall_route_table,
    route_table,
    security_group,
    subnets,
)
from bluelamp.modules.azure.place import Place
from bluelamp.modules.azure.spoke.peering import SpokeVirtualHub, connect
from bluelamp.modules.component import Component, after
from bluelamp.modules.shared_arguments import ResourceGroupScopedArgs


class HubArgs(ResourceGroupScopedArgs):
    """Arguments of a hub."""

    address_space: str
    """A /22 or larger, such as `10.61.0.0/22`, of which the first /22 is used. With a virtual hub, this network uses
    the
    first half, and the virtual hub has `naming.hub_plan(...).virtual_hub`."""
    estate: list[str]
    """The address ranges that may use the hub: the force's ranges in Azure and on premises."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that receives the hub's logs."""
    firewall: NotRequired[HubFirewall]
    """The firewall; by default a Premium one that denies detected attacks."""
    bastion: NotRequired[HubBastion]
    """Azure Bastion; none by default."""
    rules: NotRequired[list[HubRule]]
    """The force's security rules, for the private endpoint and resolver subnets."""
    ddos_plan_id: NotRequired[pulumi.Input[str]]
    """A DDoS protection plan; Azure's infrastructure protection by default."""
    spoke_ranges: NotRequired[list[str]]
    """The spokes' address ranges: the firewall also inspects gateway traffic to them. None by default."""
    resolver_outbound: NotRequired[bool]
    """Whether the hub has a subnet for a DNS resolver's outbound endpoint; false by default."""
    beyond: NotRequired[dict[str, str]]
    """Address ranges behind another hub's firewall, with that firewall's private address. `HubPeering` peers the hubs.
    None by default. A hub without a firewall does not forward traffic."""
    virtual_hub: NotRequired[SpokeVirtualHub]
    """The virtual hub with the firewall, the gateways and the routes. With it, this is the network beside the virtual
    hub. None by default."""


class Hub(Component):
    """A virtual network with its firewall, security groups, routes and logs."""

    virtual_network_id: pulumi.Output[str]
    """The network's ARM id."""
    virtual_network_name: pulumi.Output[str]
    """The network's name, known before it exists."""
    subnet_ids: pulumi.Output[dict[str, str]]
    """The subnets' ARM ids by the address plan's names: `firewall`, `gateway`, `private_endpoints` and so on."""
    private_endpoints_subnet_id: pulumi.Output[str]
    """The private endpoint subnet's ARM id."""
    firewall_address: pulumi.Output[str]
    """The firewall's private address, the next hop of the spokes; empty without a firewall. With a virtual hub, the
    address of its firewall."""
    firewall_id: pulumi.Output[str]
    """The firewall's ARM id; empty if the hub has none."""
    firewall_policy_name: pulumi.Output[str]
    """The firewall policy's name, for `FirewallRules`; empty without a firewall."""
    resolver_address: pulumi.Output[str]
    """The first address that a DNS resolver can have in the hub, known in a preview."""

    def __init__(self, name: str, args: HubArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        place = Place(self, name, args["label"], args["location"], args["resource_group_name"], args["workspace_id"])
        plan = naming.hub_plan(args["address_space"])
        beside = _is_beside_virtual_hub(name, args)
        wanted, way_in = args.get("firewall", {}), args.get("bastion", {})
        filtered, entered = wanted.get("enabled", True) and not beside, way_in.get("enabled", False)
        next_hop = str(plan.firewall_address) if filtered else None

        forwarding = args.get("resolver_outbound", False)
        inward = {"to-firewall": str(plan.private_endpoints)}
        inward |= {f"to-firewall-{index}": spoke for index, spoke in enumerate(args.get("spoke_ranges", []), 1)}
        guards = SubnetProtection(
            hub=security_group(place, "hub", hub_rules(plan, args.get("rules", []), forwarding=forwarding)),
            bastion=security_group(place, "bastion", bastion_rules(enabled=entered)),
            # The routing intent of a virtual hub leads to the firewall. A user-defined route would bypass it.
            routes=None
            if beside
            else route_table(
                place, "hub", {"to-firewall" if filtered else "nowhere": "0.0.0.0/0"}, next_hop, learn=not filtered
            ),
            gateway_routes=route_table(place, "gateway", inward, next_hop, learn=True) if filtered else None,
            firewall_routes=firewall_route_table(place, args["beyond"]) if filtered and args.get("beyond") else None,
        )
        vnet = _network(place, args, str(plan.services) if beside else args["address_space"])
        self.virtual_network_id = vnet.id
        self.virtual_network_name = after(place.name("virtual_network", "hub"), vnet)

        made = subnets(place, self.virtual_network_name, plan, guards, forwarding=forwarding, beside=beside)
        self.subnet_ids = pulumi.Output.all(**{key: subnet.id for key, subnet in made.items()})
        self.private_endpoints_subnet_id = made["private_endpoints"].id

        self.firewall_id = self.firewall_address = self.firewall_policy_name = pulumi.Output.from_input("")
        self.resolver_address = pulumi.Output.from_input(str(plan.resolver_address))
        if filtered:
            wall = firewall(place, wanted, made["firewall"], args["estate"])
            self.firewall_id = wall.id
            self.firewall_address = after(str(plan.firewall_address), wall)
            # Azure refuses rule updates while the firewall attaches the policy, so rules wait for the firewall.
            self.firewall_policy_name = after(place.name("firewall_policy", "hub"), wall)
        if entered:
            bastion(place, way_in.get("sku", "Standard"), made["bastion"])
        if "virtual_hub" in args:
            self.firewall_address = pulumi.Output.from_input(args["virtual_hub"].get("firewall_address", ""))
            connect(place, "hub", args["virtual_hub"], vnet)
        self.finish()


def _is_beside_virtual_hub(name: str, args: HubArgs) -> bool:
    """Whether the hub is the network beside a virtual hub. Raises `ValueError` for arguments that exclude this."""
    if "virtual_hub" not in args:
        return False
    taken = [key for key in ("firewall", "spoke_ranges", "beyond") if key in args]
    if taken:
        raise ValueError(
            f"Hub {name!r}: {', '.join(taken)} and virtual_hub are mutually exclusive; set these on the virtual hub"
        )
    return True


def _network(place: Place, args: HubArgs, address_space: str) -> network.VirtualNetwork:
    plan_id = args.get("ddos_plan_id")
    vnet = network.VirtualNetwork(
        place.logical("network"),
        virtual_network_name=place.name("virtual_network", "hub"),
        **place.here,
        address_space=network.AddressSpaceArgs(address_prefixes=[address_space]),
        enable_ddos_protection=plan_id is not None,
        ddos_protection_plan=network.SubResourceArgs(id=plan_id) if plan_id else None,
        opts=place.owner.child(),
    )
    place.log("network", vnet)
    return vnet
