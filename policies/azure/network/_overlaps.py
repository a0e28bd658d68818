"""Address ranges of networks: read from text, and compared."""

from ipaddress import IPv4Network, IPv6Network, ip_network


def network_of(text: str) -> IPv4Network | IPv6Network | None:
    """The range that `text` names, None when it is not one."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def overlap(one: IPv4Network | IPv6Network, other: IPv4Network | IPv6Network) -> bool:
    """Whether an address is in both."""
    return one.version == other.version and one.overlaps(other)
