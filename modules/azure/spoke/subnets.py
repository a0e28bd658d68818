"""The subnets of a spoke, each with a security group of its own."""

from ipaddress import IPv4Network
from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import network

from bluelamp.modules.azure.hub.rules import DENY_ALL, LAST_OF_FORCE, OUT, HubRule, allow, security_rule
from bluelamp.modules.azure.place import Place

PRIVATE_ENDPOINTS = "private-endpoints"
"""The name of the subnet for private endpoints."""


class SpokeSubnet(TypedDict):
    """One subnet of a spoke."""

    address_prefix: str
    """Its range, inside the spoke's and outside the other subnets'."""
    rules: NotRequired[list[HubRule]]
    """Security rules of its own, which come before the module's; none by default."""
    delegation: NotRequired[str]
    """The service that it is given over to, such as `Microsoft.Web/serverFarms`; none by default."""


def default_subnets(address_space: str) -> dict[str, SpokeSubnet]:
    """The first half for the workload, the last quarter for private endpoints, the third kept for growth."""
    whole = IPv4Network(address_space)
    half, quarter = list(whole.subnets(prefixlen_diff=1)), list(whole.subnets(prefixlen_diff=2))
    return {
        "workload": SpokeSubnet(address_prefix=str(half[0])),
        PRIVATE_ENDPOINTS: SpokeSubnet(address_prefix=str(quarter[-1])),
    }


def problems(address_space: str, wanted: dict[str, SpokeSubnet]) -> list[str]:
    """Problems with a spoke's ranges and rules, in words."""
    found, seen = [], dict[str, IPv4Network]()
    whole = IPv4Network(address_space)
    for key, subnet in wanted.items():
        try:
            prefix = IPv4Network(subnet["address_prefix"])
        except ValueError as wrong:
            found.append(f"subnets.{key}.address_prefix: {wrong}")
            continue
        if not prefix.subnet_of(whole):
            found.append(f"subnets.{key}.address_prefix is {prefix}, which is not inside {whole}")
        found += [
            f"subnets.{key}.address_prefix is {prefix}, which overlaps {other} of {name}"
            for name, other in seen.items()
            if prefix.overlaps(other)
        ]
        seen[key] = prefix
        found += [
            f"subnets.{key}.rules.{rule['name']}.priority is {rule['priority']}; allowed are 100 to {LAST_OF_FORCE}"
            for rule in subnet.get("rules", [])
            if not 100 <= rule["priority"] <= LAST_OF_FORCE
        ]
    return found


def spoke_subnets(
    place: Place,
    workload: str,
    virtual_network: pulumi.Input[str],
    wanted: dict[str, SpokeSubnet],
    routes: network.RouteTable | None,
) -> dict[str, network.Subnet]:
    """Makes the subnets, by their names, one after another: Azure changes one of a network at a time."""
    made: dict[str, network.Subnet] = {}
    for key, subnet in wanted.items():
        group = network.NetworkSecurityGroup(
            place.logical(f"{key}-rules"),
            network_security_group_name=place.name("network_security_group", f"{workload}-{key}"),
            **place.here,
            security_rules=[security_rule(rule) for rule in _rules(key, subnet)],
            opts=place.owner.child(),
        )
        place.log(f"{key}-rules", group, metrics=False)
        delegation = subnet.get("delegation")
        made[key] = network.Subnet(
            place.logical(f"{key}-subnet"),
            subnet_name=place.name("subnet", f"{workload}-{key}"),
            virtual_network_name=virtual_network,
            resource_group_name=place.resource_group_name,
            address_prefix=subnet["address_prefix"],
            default_outbound_access=False,
            network_security_group=network.NetworkSecurityGroupArgs(id=group.id),
            route_table=network.RouteTableArgs(id=routes.id) if routes else None,
            # Otherwise traffic to a private endpoint passes by the security group and the routes.
            private_endpoint_network_policies="Enabled",
            delegations=[network.DelegationArgs(name="service", service_name=delegation)] if delegation else None,
            opts=place.owner.child(depends_on=list(made.values())[-1:]),
        )
    return made


def _rules(key: str, subnet: SpokeSubnet) -> list[HubRule]:
    """The subnet's own rules, then what it needs: its machines, a load balancer's probes, the way to the firewall.

    What leaves the subnet is judged by the firewall, to which the routes lead, so it may leave.
    """
    prefix = subnet["address_prefix"]
    if key == PRIVATE_ENDPOINTS:
        needed = [allow("AllowHttpsToPrivateEndpoints", 4000, ["443"], source="VirtualNetwork", destination=prefix)]
        return [*subnet.get("rules", []), *needed, *DENY_ALL]
    needed = [
        allow("AllowInsideSubnet", 4000, ["*"], protocol="*", source=prefix, destination=prefix),
        allow("AllowLoadBalancerProbes", 4010, ["*"], protocol="*", source="AzureLoadBalancer"),
        allow("AllowToFirewall", 4000, ["*"], OUT, protocol="*", source=prefix),
    ]
    return [*subnet.get("rules", []), *needed, *DENY_ALL]
