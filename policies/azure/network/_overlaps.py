"""Address ranges of networks: read from text, and compared."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network

_Holder = tuple[int, str]
"""The place of a range in a list, and whose it is."""


def network_of(text: str) -> IPv4Network | IPv6Network | None:
    """The range that `text` names, None when it is not one."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def overlap(one: IPv4Network | IPv6Network, other: IPv4Network | IPv6Network) -> bool:
    """Whether an address is in both."""
    return one.version == other.version and one.overlaps(other)


def last_overlapping(ranges: Sequence[tuple[IPv4Network | IPv6Network | None, str]]) -> dict[int, int]:
    """For each range that overlaps one of another owner, the last such one; both as places in `ranges`.

    `ranges` are given with their owners; None is no range. Two ranges overlap only where one is inside the other, so
    that each is compared with those around it and not with all others.
    """
    ordered = sorted(
        (range_.version, int(range_.network_address), -int(range_.broadcast_address), place, owner)
        for place, (range_, owner) in enumerate(ranges)
        if range_ is not None
    )
    around: list[tuple[_Holder, ...]] = []
    inside: list[tuple[_Holder, ...]] = [()] * len(ordered)
    parents: list[int | None] = []
    open_: list[int] = []
    for number, (version, first, _, _, _) in enumerate(ordered):
        while open_ and (ordered[open_[-1]][0] != version or -ordered[open_[-1]][2] < first):
            open_.pop()
        parent = open_[-1] if open_ else None
        parents.append(parent)
        around.append(() if parent is None else _last_two(*around[parent], ordered[parent][3:]))
        open_.append(number)
    for number in reversed(range(len(ordered))):
        parent = parents[number]
        if parent is not None:
            inside[parent] = _last_two(*inside[parent], *inside[number], ordered[number][3:])
    found = {}
    for number, (*_, place, owner) in enumerate(ordered):
        others = [other for other, whose in (*around[number], *inside[number]) if whose != owner]
        if others:
            found[place] = max(others)
    return found


def _last_two(*holders: _Holder) -> tuple[_Holder, ...]:
    """The last of `holders`, and the last of another owner: one of them is the last that is not a given owner's."""
    last = max(holders)
    others = [each for each in holders if each[1] != last[1]]
    return (last, max(others)) if others else (last,)
