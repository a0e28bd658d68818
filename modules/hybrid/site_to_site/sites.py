"""VPN devices and IPsec policies, for sites of hub networks and of virtual hubs."""

from ipaddress import AddressValueError, IPv4Address, IPv4Network
from typing import NotRequired, TypedDict

from pulumi_azure_native import network

_MOST_DEVICES = 4

_PRIVATE = tuple(IPv4Network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))

_RESERVED_ASNS = frozenset({8074, 8075, 12076, 23456, 65515, 65517, 65518, 65519, 65520, *range(64496, 64512)})
"""The autonomous system numbers reserved by Azure, its gateways and IANA ("About BGP with Azure VPN Gateway")."""


class SiteDevice(TypedDict):
    """A VPN device of a site."""

    address: str
    """Its public IPv4 address."""
    bgp_address: str
    """The BGP peer address, on the site's network."""
    provider: NotRequired[str]
    """The line's provider, shown in the portal; empty by default."""
    speed_mbps: NotRequired[int]
    """The line's speed in Mbps; 100 by default."""


def problems(site: str, asn: int, devices: list[SiteDevice]) -> list[str]:
    """The problems with a site, each in a sentence."""
    found = []
    if not site.replace("-", "").isalnum() or site != site.lower():
        found.append(f"site is {site!r}; use lower-case letters, digits and hyphens")
    if asn in _RESERVED_ASNS or not 1 <= asn <= 4294967294:
        found.append(f"asn is {asn}, which is reserved; use a private one of the site's own such as 65010")
    if not 1 <= len(devices) <= _MOST_DEVICES:
        found.append(f"devices has {len(devices)}; allowed are 1 to {_MOST_DEVICES}")
    for index, device in enumerate(devices):
        for key in ("address", "bgp_address"):
            text = str(device.get(key))
            try:
                found += _address_problems(f"devices[{index}].{key}", key, IPv4Address(text))
            except AddressValueError:
                found.append(f"devices[{index}].{key} is {text!r}, which is not an IPv4 address")
    for key in ("address", "bgp_address"):
        values = [str(device.get(key)) for device in devices]
        found += [
            f"devices: {key} {value} is listed more than once"
            for value in sorted({v for v in values if values.count(v) > 1})
        ]
    return found


def _address_problems(where: str, key: str, address: IPv4Address) -> list[str]:
    # Python classes the documentation ranges as private, but examples need them.
    inside = any(address in block for block in _PRIVATE)
    if key == "address" and inside:
        return [f"{where} is {address}, which is private; Azure calls the device's public address"]
    return []


def ipsec_policy() -> network.IpsecPolicyArgs:
    """The only accepted algorithms of a tunnel: AES-256-GCM, SHA-384 and the 384-bit elliptic curve.

    The lifetime of a data key is an hour or 100 GB, within Azure's limits ("About cryptographic requirements and Azure
    VPN gateways").
    """
    return network.IpsecPolicyArgs(
        ike_encryption="GCMAES256",
        ike_integrity="SHA384",
        dh_group="ECP384",
        ipsec_encryption="GCMAES256",
        ipsec_integrity="GCMAES256",
        pfs_group="ECP384",
        sa_life_time_seconds=3600,
        sa_data_size_kilobytes=102400000,
    )
