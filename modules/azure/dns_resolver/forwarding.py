"""Forwarding rules: the DNS servers of each domain."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Address
from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import dnsresolver

from bluelamp.modules.component import Component

_DOMAIN = re.compile(r"([a-z0-9_]([a-z0-9_-]*[a-z0-9])?\.)+|\.", re.IGNORECASE)
_MOST_SERVERS = 6


class DnsServer(TypedDict):
    """A DNS server."""

    address: str
    """Its IPv4 address."""
    port: NotRequired[int]
    """The port; 53 by default."""


class DnsForward(TypedDict):
    """A domain and its DNS servers."""

    domain: str
    """The domain with its final dot, such as `wmp.police.uk.`."""
    servers: list[DnsServer]
    """One to six servers, in order of preference."""


def forwarding_rules(
    owner: Component,
    prefix: str,
    ruleset_name: pulumi.Input[str],
    resource_group_name: pulumi.Input[str],
    forwards: Sequence[DnsForward],
) -> list[dnsresolver.ForwardingRule]:
    """Creates a rule in the ruleset for each of `forwards`. Raises `ValueError` listing every problem."""
    if wrong := problems(forwards):
        raise ValueError(f"{prefix}: " + "; ".join(wrong))
    return [
        dnsresolver.ForwardingRule(
            f"{prefix}-{_slug(forward['domain'])}",
            forwarding_rule_name=_slug(forward["domain"]),
            dns_forwarding_ruleset_name=ruleset_name,
            resource_group_name=resource_group_name,
            domain_name=forward["domain"],
            forwarding_rule_state="Enabled",
            target_dns_servers=[
                dnsresolver.TargetDnsServerArgs(ip_address=server["address"], port=server.get("port", 53))
                for server in forward["servers"]
            ],
            opts=owner.child(),
        )
        for forward in forwards
    ]


def problems(forwards: Sequence[DnsForward]) -> list[str]:
    """The problems that Azure would find in `forwards`, each in a sentence."""
    found = []
    domains = [forward["domain"].lower() for forward in forwards]
    for index, forward in enumerate(forwards):
        where, domain, servers = f"forwards[{index}]", forward["domain"], forward["servers"]
        if not _DOMAIN.fullmatch(domain):
            found.append(f"{where}.domain is {domain!r}; write a domain that ends in a dot, such as 'wmp.police.uk.'")
        if not 1 <= len(servers) <= _MOST_SERVERS:
            found.append(f"{where}.servers has {len(servers)}; allowed are 1 to {_MOST_SERVERS}")
        found += [
            f"{where}.servers[{n}].address is {server['address']!r}, which is not an IPv4 address"
            for n, server in enumerate(servers)
            if not _is_address(server["address"])
        ]
    found += [
        f"forwards: {domain} is listed more than once"
        for domain in sorted({d for d in domains if domains.count(d) > 1})
    ]
    return found


def _is_address(text: str) -> bool:
    try:
        IPv4Address(text)
    except ValueError:
        return False
    return True


def _slug(domain: str) -> str:
    """The name of a rule: it starts with a letter and contains letters, digits, hyphens and underscores."""
    slug = domain.rstrip(".").replace(".", "-").lower() or "everything"
    return slug if slug[0].isalpha() else f"d-{slug}"
