"""Address ranges as Azure Virtual Network judges them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from bluelamp.rehearsal.sdk.words import join_path
from bluelamp.rehearsal.values import UNKNOWN, plain

Network = IPv4Network | IPv6Network

SMALLEST = {
    "AzureFirewallSubnet": 26,
    "AzureFirewallManagementSubnet": 26,
    "AzureBastionSubnet": 26,
    "RouteServerSubnet": 27,
    "GatewaySubnet": 29,
}
"""The longest IPv4 prefix that each of Azure's own subnets may have."""


@dataclass(frozen=True)
class Fault:
    """What is wrong: the property path, Azure's code, and its sentence."""

    path: str
    code: str
    message: str


def parse(path: str, text: Any, whose: str) -> Network | Fault | None:
    """The range that `text` writes; None while it is not known."""
    if text is UNKNOWN or not isinstance(text, str):
        return None
    try:
        return ip_network(text)
    except ValueError:
        pass
    try:
        right = ip_network(text, strict=False)
    except ValueError:
        return Fault(
            path,
            "InvalidAddressPrefixFormat",
            f"Address prefix {text} of resource {whose} is not formatted correctly. It should follow CIDR notation, "
            "for example 10.0.0.0/24.",
        )
    return Fault(
        path,
        "InvalidCIDRNotation",
        f"The address prefix {text} in resource {whose} has an invalid CIDR notation. For the given prefix length, the "
        f"address prefix should be {right}.",
    )


def prefixes(values: Mapping[str, Any], whose: str, path: str = "") -> Iterator[tuple[str, Network | Fault]]:
    """The ranges of a subnet (`addressPrefix`, `addressPrefixes`) with their paths; unknown ones are left out."""
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
    """The address space of a virtual network's inputs; None while a part of it is not known or not right."""
    holder = plain(vnet.get("addressSpace"))
    texts = holder.get("addressPrefixes") if isinstance(holder, Mapping) else None
    if not isinstance(texts, list):
        return None
    parsed = [parse("", text, "") for text in texts]
    networks = [one for one in parsed if isinstance(one, (IPv4Network, IPv6Network))]
    return networks if len(networks) == len(texts) else None


def inside(network: Network, spaces: Sequence[Network]) -> bool:
    """Whether one of `spaces` holds all of `network`."""
    return any(type(one) is type(network) and network.subnet_of(one) for one in spaces)  # type: ignore[arg-type]  # same family


def overlap(ones: Sequence[Network], others: Sequence[Network]) -> tuple[Network, Network] | None:
    """The first pair that shares an address."""
    for one in ones:
        for other in others:
            if type(one) is type(other) and one.overlaps(other):
                return one, other
    return None


def too_small(name: str, networks: Sequence[Network]) -> str:
    """What is wrong with the size of a subnet called `name`; empty where nothing is."""
    most = SMALLEST.get(name, 29)
    for network in networks:
        if network.version == 4 and network.prefixlen > most:
            return f"Subnet '{name}' is {network}; it must be /{most} or larger."
    return ""
