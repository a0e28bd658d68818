"""Allocates an address range to each network by its name, so that no network moves when others are added or removed.

The functions are pure: the caller provides the allocation, the kept ranges and the wanted networks.
"""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network
from typing import NamedTuple

HUB = ""
"""The name of a region's hub; a landing zone always has a name."""

HUB_PREFIX = 22
SPOKE_PREFIX = 24

Key = tuple[str, str]
"""A region, and the name of a landing zone in it or `HUB`."""

Ranges = Mapping[Key, IPv4Network]
"""Address ranges by region and name."""


class Wanted(NamedTuple):
    """A network that needs a range; `range` is the one in the settings, if any."""

    region: str
    name: str
    range: IPv4Network | None = None

    @property
    def key(self) -> Key:
        """Its region and name."""
        return self.region, self.name


def allocate(allocation: Mapping[str, IPv4Network], kept: Ranges, wanted: Iterable[Wanted]) -> dict[Key, IPv4Network]:
    """A range for each `wanted` network: the one in the settings, or else the kept one, or else a new one.

    A new hub gets the first free /22 of its region's `allocation`; a new landing zone gets the first free /24 after the
    hub and all kept ranges, or, if there is none, the first free one. New ranges are allocated in order of names,
    regardless of the order of `wanted`. A kept range is never reused for another name. Networks without a free range
    are left out.
    """
    networks = sorted(wanted, key=lambda each: each.key)
    from_settings = {each.key: each.range for each in networks if each.range is not None}
    found = {each.key: kept[each.key] for each in networks if each.range is None and each.key in kept} | from_settings
    # By name, the hub first: its name is empty.
    for each in networks:
        if each.key in found or each.region not in allocation:
            continue
        own = [net for (region, _), net in (*kept.items(), *found.items()) if region == each.region]
        space = allocation[each.region]
        if each.name == HUB:
            new = next(_free(space, max(space.prefixlen, HUB_PREFIX), own), None)
        else:
            fixed = [net for (region, name), net in kept.items() if region == each.region]
            fixed += [net for (region, name), net in found.items() if region == each.region and name == HUB]
            end = max((int(net.broadcast_address) for net in fixed if net.subnet_of(space)), default=-1)
            new = next(_free(space, SPOKE_PREFIX, own, end), None) or next(_free(space, SPOKE_PREFIX, own), None)
        if new is not None:
            found[each.key] = new
    return found


def _free(whole: IPv4Network, prefix: int, taken: Iterable[IPv4Network], after: int = -1) -> Iterator[IPv4Network]:
    """The ranges of a prefix length inside `whole` that overlap none of `taken`, beyond the address `after`."""
    if prefix < whole.prefixlen:
        return
    size = 2 ** (32 - prefix)
    blocks = sorted((int(net.network_address), int(net.broadcast_address)) for net in taken)
    start = max(int(whole.network_address), -(-(after + 1) // size) * size)
    while start + size - 1 <= int(whole.broadcast_address):
        clash = next((last for first, last in blocks if first < start + size and last >= start), None)
        if clash is None:
            yield IPv4Network((start, prefix))
            start += size
        else:
            start = -(-(clash + 1) // size) * size


def same_place(kept: IPv4Network, wanted: IPv4Network, name: str) -> bool:
    """Whether a network deployed in `kept` can change to the range `wanted` without moving its subnets.

    A hub's subnets are in its first /22, so its range may grow and shrink around that; a landing zone's use all of it.
    """
    if name != HUB:
        return kept == wanted
    return kept.network_address == wanted.network_address and max(kept.prefixlen, wanted.prefixlen) <= HUB_PREFIX
