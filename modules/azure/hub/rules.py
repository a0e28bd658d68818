"""The network security rules of a hub."""

from typing import NotRequired, TypedDict

from pulumi_azure_native import network

from bluelamp.modules.naming import HubPlan

LAST_OF_FORCE = 3999
"""The lowest priority (highest number) that a force's rule may have. The module's rules have higher numbers."""

OUT = "Outbound"


class HubRule(TypedDict):
    """One security rule of the force, with precedence over the module's."""

    name: str
    """The rule's name, unique in the hub."""
    priority: int
    """100 to 3999; the lowest number is processed first."""
    ports: list[str]
    """Destination ports, such as `443`, `8000-8080` or `*`."""
    direction: NotRequired[str]
    """`Inbound` or `Outbound`; `Inbound` by default."""
    access: NotRequired[str]
    """`Allow` or `Deny`; `Deny` by default."""
    protocol: NotRequired[str]
    """`Tcp`, `Udp`, `Icmp` or `*`; `Tcp` by default."""
    source: NotRequired[str]
    """An address range, a service tag or `*`; `*` by default."""
    destination: NotRequired[str]
    """An address range, a service tag or `*`; `*` by default."""
    description: NotRequired[str]
    """The reason for the rule."""


DENY_ALL = (
    HubRule(name="DenyAllInbound", priority=4096, ports=["*"], protocol="*"),
    HubRule(name="DenyAllOutbound", priority=4096, ports=["*"], protocol="*", direction=OUT),
)


def hub_rules(plan: HubPlan, own: list[HubRule], *, forwarding: bool = False) -> list[network.SecurityRuleArgs]:
    """The rules of the hub's subnets: the force's `own`, then HTTPS to private endpoints and DNS; all else is denied.

    With `forwarding`, the resolver's outbound endpoint may send DNS queries from its own subnet.

    Raises `ValueError` if a rule of the force has a priority reserved for the module's rules.
    """
    late = [rule["name"] for rule in own if rule["priority"] > LAST_OF_FORCE]
    if late:
        raise ValueError(f"hub rules {', '.join(late)}: priority is at most {LAST_OF_FORCE}, the module's rules follow")
    endpoints, resolver, network_itself = str(plan.private_endpoints), str(plan.resolver), "VirtualNetwork"
    outbound = str(plan.resolver_outbound)
    needed = (
        allow("AllowHttpsToPrivateEndpoints", 4000, ["443"], source=network_itself, destination=endpoints),
        allow("AllowDnsToResolver", 4010, ["53"], protocol="*", source=network_itself, destination=resolver),
        allow("AllowDnsFromResolver", 4010, ["53"], OUT, protocol="*", source=resolver, destination=network_itself),
    )
    forwarded = allow("AllowForwardedDns", 4020, ["53"], OUT, protocol="*", source=outbound, destination=network_itself)
    return [security_rule(rule) for rule in (*own, *needed, *([forwarded] if forwarding else []), *DENY_ALL)]


def bastion_rules(*, enabled: bool) -> list[network.SecurityRuleArgs]:
    """The rules that Azure Bastion needs on its subnet; without a Bastion, no traffic is allowed.

    The list is the one in Microsoft's "Working with NSG access and Azure Bastion".
    """
    inside = "VirtualNetwork"
    needed = (
        allow("AllowHttpsFromInternet", 100, ["443"], source="Internet"),
        allow("AllowGatewayManager", 110, ["443"], source="GatewayManager"),
        allow("AllowLoadBalancer", 120, ["443"], source="AzureLoadBalancer"),
        allow("AllowBastionHosts", 130, ["5701", "8080"], protocol="*", source=inside, destination=inside),
        allow("AllowSshRdp", 100, ["22", "3389"], OUT, protocol="*", destination=inside),
        allow("AllowAzureCloud", 110, ["443"], OUT, destination="AzureCloud"),
        allow("AllowBastionHostsOut", 120, ["5701", "8080"], OUT, protocol="*", source=inside, destination=inside),
        allow("AllowSessionInformation", 130, ["80"], OUT, protocol="*", destination="Internet"),
    )
    return [security_rule(rule) for rule in (*(needed if enabled else ()), *DENY_ALL)]


def allow(
    name: str,
    priority: int,
    ports: list[str],
    direction: str = "Inbound",
    *,
    protocol: str = "Tcp",
    source: str = "*",
    destination: str = "*",
) -> HubRule:
    """A rule that allows traffic."""
    return HubRule(
        name=name,
        priority=priority,
        ports=ports,
        direction=direction,
        access="Allow",
        protocol=protocol,
        source=source,
        destination=destination,
    )


def security_rule(rule: HubRule) -> network.SecurityRuleArgs:
    """`rule` in Azure's format."""
    ports = rule["ports"]
    one = len(ports) == 1
    return network.SecurityRuleArgs(
        name=rule["name"],
        priority=rule["priority"],
        direction=rule.get("direction", "Inbound"),
        access=rule.get("access", "Deny"),
        protocol=rule.get("protocol", "Tcp"),
        source_address_prefix=rule.get("source", "*"),
        source_port_range="*",
        destination_address_prefix=rule.get("destination", "*"),
        destination_port_range=ports[0] if one else None,
        destination_port_ranges=None if one else ports,
        description=rule.get("description") or None,
    )
