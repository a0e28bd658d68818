"""The subnets of a spoke, each with its own network security group."""

from ipaddress import IPv4Network
from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import network

from bluelamp.modules.azure.hub.rules import DENY_ALL, LAST_OF_FORCE, OUT, HubRule, allow, security_rule
from bluelamp.modules.azure.place import Place

PRIVATE_ENDPOINTS = "private-endpoints"
"""The name of the private endpoint subnet."""


class SpokeSubnet(TypedDict):
    """One subnet of a spoke."""

    address_prefix: str
    """The address range, inside the spoke's and not overlapping the other subnets."""
    rules: NotRequired[list[HubRule]]
    """Further security rules, with precedence over the module's; none by default."""
    delegation: NotRequired[str]
    """The service to which the subnet is delegated, such as `Microsoft.Web/serverFarms`; none by default."""


def default_subnets(address_space: str) -> dict[str, SpokeSubnet]:
    """The first half for the workload, the last quarter for private endpoints, and the third quarter reserved."""
    whole = IPv4Network(address_space)
    half, quarter = list(whole.subnets(prefixlen_diff=1)), list(whole.subnets(prefixlen_diff=2))
    return {
        "workload": SpokeSubnet(address_prefix=str(half[0])),
        PRIVATE_ENDPOINTS: SpokeSubnet(address_prefix=str(quarter[-1])),
    }


def problems(address_space: str, wanted: dict[str, SpokeSubnet]) -> list[str]:
    """The problems with a spoke's ranges and rules, each in a sentence."""
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
    """Creates the subnets, by name, one after another: Azure changes one subnet of a network at a time."""
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
            # Without these policies, traffic to a private endpoint bypasses the security group and the routes.
            private_endpoint_network_policies="Enabled",
            delegations=[network.DelegationArgs(name="service", service_name=delegation)] if delegation else None,
            opts=place.owner.child(depends_on=list(made.values())[-1:]),
        )
    return made


def _rules(key: str, subnet: SpokeSubnet) -> list[HubRule]:
    """The subnet's own rules, then the required ones: traffic in the subnet, load balancer probes, the firewall.

    Outbound traffic is allowed, since the routes lead to the firewall, which filters it.
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
