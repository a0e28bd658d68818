"""The functions of ARM templates for IP address ranges."""

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Final

from bluelamp.resources.templates.functions.signature import Function, Unsure, text_of, whole

_SINGLE: Final = 2
"""The number of addresses in the smallest range with network and broadcast addresses, which has no host addresses."""


def _network(value: Any) -> IPv4Network | IPv6Network:
    if "/" not in text_of(value):
        raise Unsure
    return ip_network(value, strict=True)


def _parsed(value: Any) -> dict[str, Any]:
    network = _network(value)
    if network.num_addresses <= _SINGLE:
        raise Unsure
    result: dict[str, Any] = {"network": str(network.network_address), "netmask": str(network.netmask)}
    if isinstance(network, IPv4Network):
        result |= {
            "broadcast": str(network.broadcast_address),
            "firstUsable": str(network.network_address + 1),
            "lastUsable": str(network.broadcast_address - 1),
        }
    else:
        result |= {"firstUsable": str(network.network_address), "lastUsable": str(network.broadcast_address)}
    return {**result, "cidr": network.prefixlen}


def _subnet(value: Any, prefix: Any, index: Any) -> str:
    network = _network(value)
    bits = whole(prefix) - network.prefixlen
    if bits < 0 or prefix > network.max_prefixlen or not 0 <= whole(index) < 2**bits:
        raise Unsure
    start = int(network.network_address) + (index << (network.max_prefixlen - prefix))
    return str(type(network)((start, prefix)))


def _host(value: Any, index: Any) -> str:
    network = _network(value)
    usable = network.num_addresses - (_SINGLE if isinstance(network, IPv4Network) else 1)
    if not 0 <= whole(index) < usable:
        raise Unsure
    return str(network.network_address + 1 + index)


FUNCTIONS: Final[Mapping[str, Function]] = {
    "cidrhost": Function(_host, 2, 2),
    "cidrsubnet": Function(_subnet, 3, 3),
    "parsecidr": Function(_parsed),
}
"""The functions by their names in lower case."""
