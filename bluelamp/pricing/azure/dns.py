"""Private DNS zones and resolvers."""

from collections.abc import Iterator, Mapping
from typing import Final

from bluelamp.core.resource import Resource
from bluelamp.pricing.context import Context, Pricing
from bluelamp.pricing.model import Charge

_FIRST: Final = 25
"""The number of zones at the first price, per subscription."""


def zone(resource: Resource, context: Context) -> Iterator[Charge]:
    """Private zones: by the month, the first 25 at one price and further zones at a lower one.

    If the snapshot has no second price, the first one applies to all, so that costs are not too low.
    """
    lower = context.prices.find("dns-private-zone-26") is not None
    beyond = context.inventory.place(resource.type, resource.urn) >= _FIRST
    if beyond and lower:
        yield context.fixed("dns-private-zone-26", "Private DNS zone beyond the first 25")
        return
    basis = "at the price of the first 25: the lower price of further zones is not in the snapshot" if beyond else ""
    yield context.fixed("dns-private-zone", "Private DNS zone", basis=basis)


def inbound(_resource: Resource, context: Context) -> Iterator[Charge]:
    """Inbound endpoints of a resolver: by the month."""
    yield context.fixed("dns-resolver-inbound", "DNS resolver inbound endpoint")


def outbound(_resource: Resource, context: Context) -> Iterator[Charge]:
    """Outbound endpoints of a resolver: by the month."""
    yield context.fixed("dns-resolver-outbound", "DNS resolver outbound endpoint")


def ruleset(_resource: Resource, context: Context) -> Iterator[Charge]:
    """Forwarding rulesets: by the month."""
    yield context.fixed("dns-forwarding-ruleset", "DNS forwarding ruleset")


PRICED: Final[Mapping[str, Pricing]] = {
    "privatedns:PrivateZone": zone,
    "dnsresolver:InboundEndpoint": inbound,
    "dnsresolver:OutboundEndpoint": outbound,
    "dnsresolver:DnsForwardingRuleset": ruleset,
}
FREE: Final[Mapping[str, str]] = {
    "privatedns:VirtualNetworkLink": "the zone is charged",
    "privatedns:PrivateRecordSet": "the zone is charged",
    "dnsresolver:DnsResolver": "its endpoints are charged",
    "dnsresolver:PrivateResolverVirtualNetworkLink": "the ruleset is charged",
    "dnsresolver:ForwardingRule": "the ruleset is charged",
    "dnsresolver:DnsResolverPolicy": "a policy without security rules only logs; its logs are charged where they go",
    "dnsresolver:DnsResolverPolicyVirtualNetworkLink": "the policy is not charged",
}
