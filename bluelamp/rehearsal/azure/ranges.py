"""Address ranges under the rules of Azure Virtual Network."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from bluelamp.rehearsal.sdk.messages import join_path
from bluelamp.rehearsal.values import UNKNOWN, plain

Network = IPv4Network | IPv6Network

SMALLEST = {
    "AzureFirewallSubnet": 26,
    "AzureFirewallManagementSubnet": 26,
    "AzureBastionSubnet": 26,
    "RouteServerSubnet": 27,
    "GatewaySubnet": 29,
}
"""The longest allowed IPv4 prefix of Azure's own subnets."""


@dataclass(frozen=True)
class Violation:
    """A violation: the property path, Azure's error code and its message."""

    path: str
    code: str
    message: str


def parse(path: str, text: Any, whose: str) -> Network | Violation | None:
    """The range in `text`; None if it is unknown. `whose` is the resource's name, for messages."""
    if text is UNKNOWN or not isinstance(text, str):
        return None
    try:
        return ip_network(text)
    except ValueError:
        pass
    try:
        right = ip_network(text, strict=False)
    except ValueError:
        return Violation(
            path,
            "InvalidAddressPrefixFormat",
            f"Address prefix {text} of resource {whose} is not formatted correctly. It should follow CIDR notation, "
            "for example 10.0.0.0/24.",
        )
    return Violation(
        path,
        "InvalidCIDRNotation",
        f"The address prefix {text} in resource {whose} has an invalid CIDR notation. For the given prefix length, the "
        f"address prefix should be {right}.",
    )


def prefixes(values: Mapping[str, Any], whose: str, path: str = "") -> Iterator[tuple[str, Network | Violation]]:
    """The ranges of a subnet (`addressPrefix`, `addressPrefixes`) with their paths, without unknown ones."""
    single = plain(values.get("addressPrefix"))
    many = plain(values.get("addressPrefixes"))
    found = [(join_path(path, "addressPrefix"), single)] if single is not None else []
    if isinstance(many, list):
        found += [(join_path(join_path(path, "addressPrefixes"), index), one) for index, one in enumerate(many)]
    for where, text in found:
        parsed = parse(where, text, whose)
        if parsed is not None:
            yield where, parsed


def space(vnet: Mapping[str, Any]) -> list[Network] | None:
    """The address space in a virtual network's inputs; None if a part of it is unknown or invalid."""
    holder = plain(vnet.get("addressSpace"))
    texts = holder.get("addressPrefixes") if isinstance(holder, Mapping) else None
    if not isinstance(texts, list):
        return None
    parsed = [parse("", text, "") for text in texts]
    networks = [one for one in parsed if isinstance(one, (IPv4Network, IPv6Network))]
    return networks if len(networks) == len(texts) else None


def inside(network: Network, spaces: Sequence[Network]) -> bool:
    """Whether one of `spaces` contains `network`."""
    return any(type(one) is type(network) and network.subnet_of(one) for one in spaces)  # type: ignore[arg-type]  # same family


def overlap(ones: Sequence[Network], others: Sequence[Network]) -> tuple[Network, Network] | None:
    """The first pair of overlapping ranges."""
    for one in ones:
        for other in others:
            if type(one) is type(other) and one.overlaps(other):
                return one, other
    return None


def too_small(name: str, networks: Sequence[Network]) -> str:
    """The message if the subnet called `name` is too small; else empty."""
    most = SMALLEST.get(name, 29)
    for network in networks:
        if network.version == 4 and network.prefixlen > most:
            return f"Subnet '{name}' is {network}; it must be /{most} or larger."
    return ""
