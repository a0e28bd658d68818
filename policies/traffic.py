"""The combined effect of ordered filter rules: which sources reach which targets, on which ports.

A rule is a box of sources, targets and ports that it allows or denies. Traffic is admitted if a box allows it and no
earlier box denies it. Boxes are combined, so a range that is split over several rules is judged as one range.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from bluelamp.policies.addresses import (
    NONE,
    WIDEST,
    Addresses,
    Span,
    Spans,
    difference,
    holds_name,
    is_open,
    merged,
    public,
    size,
    union,
)

ALL_PORTS: Final[Spans] = ((0, 65535),)
MOST_PORTS: Final = 32768
"""With more ports than this, a rule counts as open on all ports."""

_PORTS: Final = re.compile(r"(\d+)(?:-(\d+))?", re.ASCII)
_EVERY_PORT: Final = frozenset({"*", "any", "all"})


@dataclass(frozen=True, slots=True)
class Box:
    """The traffic that one rule allows or denies; ports are those of the target."""

    allows: bool
    sources: Addresses
    targets: Addresses
    ports: Spans = ALL_PORTS


@dataclass(frozen=True, slots=True)
class Reached:
    """The `sources` that the boxes with the indexes `by` admit."""

    by: frozenset[int]
    sources: Addresses


def ports_of(text: str) -> Spans | None:
    """The ports in `text` (`*`, `22`, `20-25`, or a comma-separated list); None if it is none of these."""
    text = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    if text in _EVERY_PORT:
        return ALL_PORTS
    spans = []
    for part in text.split(","):
        found = _PORTS.fullmatch(part)
        if not found:
            return None
        low = int(found[1])
        spans.append((min(low, int(found[2] or low)), max(low, int(found[2] or low))))
    return merged(spans)


def includes(spans: Spans, port: int) -> bool:
    """Whether `port` is in `spans`."""
    return any(first <= port <= last for first, last in spans)


def admitted(boxes: Sequence[Box], ports: Iterable[int]) -> list[Reached]:
    """The sources that reach any target on one of `ports`, by the boxes that admit them; `boxes` are in order."""
    wanted = tuple(ports)
    found: list[Reached] = []
    for active, sources in _segments([box.sources for box in boxes]):
        by = {index for port in wanted for index in _admitting(boxes, active, port)}
        if by:
            found.append(Reached(frozenset(by), sources))
    return found


def everything(boxes: Sequence[Box], widest: tuple[int, ...] = WIDEST, most_ports: int = MOST_PORTS) -> list[Reached]:
    """The sources that reach in effect any target on in effect any port, by the boxes that admit them."""
    allowed = [box for box in boxes if box.allows]
    if not is_open(union(box.targets for box in allowed), widest):
        return []
    if size(merged(span for box in allowed for span in box.ports)) <= most_ports:
        return []
    return [
        Reached(frozenset(index for index in active if boxes[index].allows), sources)
        for active, sources in _segments([box.sources for box in boxes])
        if sum(size(boxes[index].ports) for index in active) > most_ports
        and _open_ports(boxes, active, widest) > most_ports
    ]


def contributes(reached: Iterable[Reached], index: int) -> bool:
    """Whether the box at `index` admits traffic from public addresses."""
    return any(index in each.by and public(each.sources) for each in reached)


def _admitting(boxes: Sequence[Box], active: Sequence[int], port: int) -> Iterator[int]:
    """The boxes of `active` that admit traffic to some target on `port`."""
    denied = NONE
    for index in active:
        box = boxes[index]
        if not includes(box.ports, port):
            continue
        if not box.allows:
            denied = union((denied, box.targets))
        elif not denied or difference(box.targets, denied):
            yield index


def _open_ports(boxes: Sequence[Box], active: Sequence[int], widest: tuple[int, ...]) -> int:
    """The number of ports on which the boxes `active` together admit traffic to in effect any target."""
    bounds = sorted({bound for index in active for first, last in boxes[index].ports for bound in (first, last + 1)})
    count = 0
    for first, after in pairwise(bounds):
        reached: list[Addresses] = []
        denied = NONE
        for index in active:
            if not includes(boxes[index].ports, first):
                continue
            if boxes[index].allows:
                reached.append(difference(boxes[index].targets, denied))
            else:
                denied = union((denied, boxes[index].targets))
        if is_open(union(reached), widest):
            count += after - first
    return count


def _segments(sets: Sequence[Addresses]) -> Iterator[tuple[tuple[int, ...], Addresses]]:
    """The addresses, partitioned by the sets that contain them: the indexes of the sets, and the addresses."""
    spans: tuple[dict[int, list[Span]], dict[int, list[Span]]] = ({}, {})
    named: dict[int, set[str]] = {}
    for version in (0, 1):
        events = [
            event
            for index, each in enumerate(sets)
            for first, last in (each.v4, each.v6)[version]
            for event in ((first, 1 << index), (last + 1, 1 << index))
        ]
        mask = at = 0
        for position, bit in sorted(events):
            if mask and position > at:
                spans[version].setdefault(mask, []).append((at, position - 1))
            mask ^= bit
            at = position
    names = {name for each in sets for name in each.names}
    for name in names:
        mask = sum(1 << index for index, each in enumerate(sets) if holds_name(each, name))
        named.setdefault(mask, set()).add(name)
    for mask in dict.fromkeys((*spans[0], *spans[1], *named)):
        active = tuple(index for index in range(len(sets)) if mask >> index & 1)
        v4, v6 = (merged(each.get(mask, ())) for each in spans)
        yield active, Addresses(v4, v6, frozenset(named.get(mask, ())))
