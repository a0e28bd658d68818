"""Address ranges of networks: parsing and overlaps."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network

_Holder = tuple[int, str]
"""The position of a range in a list, and its owner."""


def network_of(text: str) -> IPv4Network | IPv6Network | None:
    """The range in `text`; None if it is not a valid range."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def overlap(one: IPv4Network | IPv6Network, other: IPv4Network | IPv6Network) -> bool:
    """Whether the ranges overlap."""
    return one.version == other.version and one.overlaps(other)


def last_overlapping(ranges: Sequence[tuple[IPv4Network | IPv6Network | None, str]]) -> dict[int, int]:
    """For each range that overlaps one of another owner, the last such one; both as positions in `ranges`.

    `ranges` have their owners; invalid ones are None. Two ranges overlap only if one contains the other, so each is
    compared with its containing and contained ranges only.
    """
    ordered = sorted(
        (range_.version, int(range_.network_address), -int(range_.broadcast_address), position, owner)
        for position, (range_, owner) in enumerate(ranges)
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
    for number, (*_, position, owner) in enumerate(ordered):
        others = [other for other, holder in (*around[number], *inside[number]) if holder != owner]
        if others:
            found[position] = max(others)
    return found


def _last_two(*holders: _Holder) -> tuple[_Holder, ...]:
    """The last of `holders`, and the last of any other owner."""
    last = max(holders)
    others = [each for each in holders if each[1] != last[1]]
    return (last, max(others)) if others else (last,)
