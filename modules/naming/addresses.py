"""The address plan: the subnets of a hub's /22 and the /24 of each spoke."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

HUB_PREFIX = 22
SPOKE_PREFIX = 24


@dataclass(frozen=True)
class HubPlan:
    """The address ranges of a hub. `range` is the whole /22; its last two /24s are reserved for growth."""

    range: IPv4Network
    firewall: IPv4Network
    bastion: IPv4Network
    gateway: IPv4Network
    resolver: IPv4Network
    resolver_outbound: IPv4Network
    firewall_management: IPv4Network
    private_endpoints: IPv4Network

    @property
    def firewall_address(self) -> IPv4Address:
        """The firewall's private address: Azure reserves the first four addresses of a subnet; the firewall has the
        next.

        It is known before the firewall exists, so a preview shows the routes to it.
        """
        return self.firewall[4]

    @property
    def resolver_address(self) -> IPv4Address:
        """The first address that a DNS resolver can have; known before the resolver exists."""
        return self.resolver[4]

    @property
    def services(self) -> IPv4Network:
        """With a virtual hub: the /23 of the network beside it and its subnets."""
        return next(self.range.subnets(new_prefix=HUB_PREFIX + 1))

    @property
    def virtual_hub(self) -> IPv4Network:
        """With a virtual hub: its own /23, which a hub network reserves for growth."""
        return list(self.range.subnets(new_prefix=HUB_PREFIX + 1))[-1]


def hub_plan(address_space: str) -> HubPlan:
    """The layout of the hub in `address_space`, a /22 or larger of which the first /22 is used.

    The first /24 holds the platform: firewall .0/26, Bastion .64/26, gateway .128/27, resolver .160/28
    (inbound) and .176/28 (outbound), firewall management .192/26. The second /24 holds private endpoints.
    Raises `ValueError` for a range that is not an IPv4 network or is smaller than a /22.
    """
    whole = IPv4Network(address_space)
    if whole.prefixlen > HUB_PREFIX:
        raise ValueError(f"a hub needs a /{HUB_PREFIX}; {whole} is a /{whole.prefixlen}")
    hub = next(whole.subnets(new_prefix=HUB_PREFIX)) if whole.prefixlen < HUB_PREFIX else whole
    base = int(hub.network_address)

    def cut(offset: int, prefix: int) -> IPv4Network:
        return IPv4Network((base + offset, prefix))

    return HubPlan(
        range=hub,
        firewall=cut(0, 26),
        bastion=cut(64, 26),
        gateway=cut(128, 27),
        resolver=cut(160, 28),
        resolver_outbound=cut(176, 28),
        firewall_management=cut(192, 26),
        private_endpoints=cut(256, 24),
    )


def spoke(allocation: str, hub: str, index: int) -> IPv4Network:
    """The spoke number `index`, from 0: a /24 of the force's regional `allocation`, after the range of its `hub`.

    Raises `ValueError` if the hub is not inside the allocation, or the allocation has no such /24.
    """
    whole, reserved = IPv4Network(allocation), IPv4Network(hub)
    if not reserved.subnet_of(whole):
        raise ValueError(f"the hub {reserved} is not inside the allocation {whole}")
    start = int(reserved.broadcast_address) + 1 + index * 2 ** (32 - SPOKE_PREFIX)
    if index < 0 or start > int(whole.broadcast_address):
        raise ValueError(f"the allocation {whole} has no spoke {index} after its hub {reserved}")
    return IPv4Network((start, SPOKE_PREFIX))
