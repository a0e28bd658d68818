"""The subnets of a hub, with their network security groups and route tables."""

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import network

from bluelamp.modules.azure.place import Place
from bluelamp.modules.naming import HubPlan


@dataclass(frozen=True)
class SubnetProtection:
    """The network security groups of the hub and of its Bastion, and the route tables."""

    hub: network.NetworkSecurityGroup
    bastion: network.NetworkSecurityGroup
    routes: network.RouteTable | None
    gateway_routes: network.RouteTable | None
    firewall_routes: network.RouteTable | None = None


def security_group(place: Place, workload: str, rules: list[network.SecurityRuleArgs]) -> network.NetworkSecurityGroup:
    """A network security group with `rules` and a diagnostic setting."""
    group = network.NetworkSecurityGroup(
        place.logical(f"{workload}-rules"),
        network_security_group_name=place.name("network_security_group", workload),
        **place.here,
        security_rules=rules,
        opts=place.owner.child(),
    )
    place.log(f"{workload}-rules", group, metrics=False)
    return group


def route_table(
    place: Place, workload: str, destinations: dict[str, str], firewall: str | None, *, learn: bool
) -> network.RouteTable:
    """A route table that sends each of `destinations`, by route name, to the firewall, or drops it without a firewall.

    Routes learned from a gateway would bypass the firewall, so only a table with `learn` has gateway route propagation.
    The gateway's own table needs it.
    """
    return network.RouteTable(
        place.logical(f"{workload}-routes"),
        route_table_name=place.name("route_table", workload),
        **place.here,
        disable_bgp_route_propagation=not learn,
        routes=[
            network.RouteArgs(
                name=name,
                address_prefix=destination,
                next_hop_type="VirtualAppliance" if firewall else "None",
                next_hop_ip_address=firewall,
            )
            for name, destination in destinations.items()
        ],
        opts=place.owner.child(),
    )


def firewall_route_table(place: Place, beyond: dict[str, str]) -> network.RouteTable:
    """The firewall's routes: the Internet, which Azure requires, and each range with its next hop."""
    onward = [
        network.RouteArgs(
            name=f"to-{destination.replace('/', '-')}",
            address_prefix=destination,
            next_hop_type="VirtualAppliance",
            next_hop_ip_address=hop,
        )
        for destination, hop in beyond.items()
    ]
    return network.RouteTable(
        place.logical("firewall-routes"),
        route_table_name=place.name("route_table", "firewall"),
        **place.here,
        disable_bgp_route_propagation=False,  # the gateway's routes lead to the sites
        routes=[network.RouteArgs(name="to-internet", address_prefix="0.0.0.0/0", next_hop_type="Internet"), *onward],
        opts=place.owner.child(),
    )


def subnets(
    place: Place,
    virtual_network: pulumi.Input[str],
    plan: HubPlan,
    guards: SubnetProtection,
    *,
    forwarding: bool = False,
    beside: bool = False,
) -> dict[str, network.Subnet]:
    """Every subnet of the plan, by the plan's names. With `forwarding`, also the resolver's outbound subnet.

    A network `beside` a virtual hub has no firewall or gateway subnets, since the virtual hub contains those.

    Azure prescribes the names of four of them, and allows no security group on the firewall and gateway subnets and no
    route table on Bastion's.
    """
    group, bastion = guards.hub, guards.bastion
    wanted = [
        ("firewall", "AzureFirewallSubnet", None, guards.firewall_routes),
        ("firewall_management", "AzureFirewallManagementSubnet", None, None),
        ("bastion", "AzureBastionSubnet", bastion, None),
        ("gateway", "GatewaySubnet", None, guards.gateway_routes),
        ("resolver", place.name("subnet", "resolver"), group, guards.routes),
        ("private_endpoints", place.name("subnet", "private-endpoints"), group, guards.routes),
    ]
    if forwarding:
        wanted.append(("resolver_outbound", place.name("subnet", "resolver-outbound"), group, guards.routes))
    if beside:
        wanted = [each for each in wanted if each[0] not in _IN_VIRTUAL_HUB]
    made: dict[str, network.Subnet] = {}
    previous: list[pulumi.Resource] = []
    for key, subnet_name, rules, routes in wanted:
        subnet = network.Subnet(
            place.logical(f"{key.replace('_', '-')}-subnet"),
            subnet_name=subnet_name,
            virtual_network_name=virtual_network,
            resource_group_name=place.resource_group_name,
            address_prefix=str(getattr(plan, key)),
            default_outbound_access=False,
            network_security_group=network.NetworkSecurityGroupArgs(id=rules.id) if rules else None,
            route_table=network.RouteTableArgs(id=routes.id) if routes else None,
            # Without these policies, traffic to a private endpoint bypasses the security group and the routes.
            private_endpoint_network_policies="Enabled",
            delegations=_resolver() if key.startswith("resolver") else None,
            # Azure changes one subnet of a network at a time and rejects a concurrent change.
            opts=place.owner.child(depends_on=previous),
        )
        made[key] = subnet
        previous = [subnet]
    return made


_IN_VIRTUAL_HUB = ("firewall", "firewall_management", "gateway")


def _resolver() -> list[network.DelegationArgs]:
    return [network.DelegationArgs(name="resolver", service_name="Microsoft.Network/dnsResolvers")]
