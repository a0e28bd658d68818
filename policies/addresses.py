"""Sets of addresses: parsing of ranges and tags, set operations, and whether a set is in effect the Internet.

Notation does not matter: 256 ranges of /8, two halves in two rules and `0.0.0.0-255.255.255.255` are the same set.
Union and difference are linear after one sort.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any, Final, TypeAlias

Span: TypeAlias = tuple[int, int]
"""A first and a last number, both inclusive."""
Spans: TypeAlias = tuple[Span, ...]
"""Sorted, without overlaps or adjacent spans."""

WIDEST: Final = (8, 16)
"""The prefix lengths, for IPv4 and IPv6, of the largest range of public addresses that one organisation has."""

_BITS: Final = (32, 128)
_NAMED: Final = re.compile(r"[a-z][a-z0-9_]*(?:[.-][a-z0-9_]+)*")
_ALL_ZEROS: Final = re.compile(r"(?:0+(?:\.0+){0,3}|[0:]*::[0:]*)(?:/(?:0+|32|128))?")
_EVERY_NAME: Final = "*"
_INTERNET: Final = "internet"
_AZURE: Final = "azurecloud"
_ANY: Final = frozenset({"*", "any", "all"})

# IPv6 ranges that embed IPv4 addresses, each with the bits right of the embedded address: IPv4-mapped,
# IPv4-compatible, NAT64 (RFC 6052) and 6to4 (RFC 3056).
_EMBEDDING: Final = (("::ffff:0:0/96", 0), ("::/96", 0), ("64:ff9b::/96", 0), ("2002::/16", 80))


@dataclass(frozen=True, slots=True)
class Addresses:
    """A set of addresses. `names` are tags and groups with unknown addresses; `*` is every name."""

    v4: Spans = ()
    v6: Spans = ()
    names: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.v4 or self.v6 or self.names)


NONE: Final = Addresses()
ANYONE: Final = Addresses(((0, 2**32 - 1),), ((0, 2**128 - 1),), frozenset({_EVERY_NAME, _INTERNET, _AZURE}))


def merged(spans: Iterable[Span]) -> Spans:
    """The union of `spans`, which may be in any order and overlap."""
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1] + 1:
            if last > found[-1][1]:
                found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return tuple(found)


def without(spans: Spans, others: Spans) -> Spans:
    """The numbers in `spans` that are not in `others`."""
    if not others or not spans:
        return spans
    remaining: list[Span] = []
    position = 0
    for start, last in spans:
        first = start
        while position < len(others) and others[position][1] < first:
            position += 1
        index = position
        while first <= last and index < len(others) and others[index][0] <= last:
            if others[index][0] > first:
                remaining.append((first, others[index][0] - 1))
            first = max(first, others[index][1] + 1)
            index += 1
        if first <= last:
            remaining.append((first, last))
    return tuple(remaining)


def size(spans: Spans) -> int:
    """The number of addresses in `spans`."""
    return sum(last - first + 1 for first, last in spans)


def union(sets: Iterable[Addresses]) -> Addresses:
    """The union of `sets`."""
    listed = [each for each in sets if each]
    if len(listed) == 1:
        return listed[0]
    return Addresses(
        merged(span for each in listed for span in each.v4),
        merged(span for each in listed for span in each.v6),
        frozenset(name for each in listed for name in each.names),
    )


def difference(addresses: Addresses, others: Addresses) -> Addresses:
    """`addresses` without `others`; a name is removed only by itself or by a name that includes it."""
    names = addresses.names
    if _EVERY_NAME in others.names:
        names = frozenset()
    else:
        names -= others.names
        if _INTERNET in others.names:
            names = frozenset(name for name in names if not name.startswith(_AZURE))
    return Addresses(without(addresses.v4, others.v4), without(addresses.v6, others.v6), names)


@lru_cache(maxsize=65536)
def parsed(text: str) -> Addresses | None:
    """The addresses in `text`: an address, a prefix, a range `first-last`, a tag, or a comma-separated list.

    The all-zero address means any address, as in Azure services. None if `text` is none of these.
    """
    text = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    if "," in text:
        parts = [parsed(part) for part in text.split(",") if part.strip()]
        return None if None in parts or not parts else union(part for part in parts if part)
    if text in _ANY or _ALL_ZEROS.fullmatch(text):
        return ANYONE
    if text == _INTERNET:
        return INTERNET
    try:
        return _range(text)
    except ValueError:
        return Addresses(names=frozenset({text})) if _NAMED.fullmatch(text) else None


def named_by(raw: Any) -> Addresses | None:
    """The addresses in a property; None if it is unknown or has no valid addresses."""
    return parsed(raw) if isinstance(raw, str) else None


def between(first: str, last: str) -> Addresses | None:
    """The addresses from `first` to `last`; None if they are not two addresses of one IP version."""
    return parsed(f"{first.strip()}-{last.strip()}")


def public(addresses: Addresses) -> Addresses:
    """The public part of `addresses`, including IPv4 addresses embedded in IPv6 ones."""
    addresses = _with_embedded(addresses)
    return Addresses(
        without(addresses.v4, PRIVATE.v4), without(addresses.v6, PRIVATE.v6), addresses.names & _open(addresses)
    )


def is_open(addresses: Addresses, widest: tuple[int, ...] = WIDEST) -> bool:
    """Whether `addresses` are in effect the Internet.

    They are if they include more public addresses than one range of the prefix length in `widest` (for IPv4 and IPv6),
    a wider range that is not private, or a tag in which anyone can have an address, such as `AzureCloud`.
    """
    if _open(addresses):
        return True
    addresses = _with_embedded(addresses)
    versions = ((addresses.v4, PRIVATE.v4), (addresses.v6, PRIVATE.v6))
    for (spans, private), bits, length in zip(versions, _BITS, widest, strict=True):
        limit = 2**bits >> max(length, 0)
        if size(spans) > limit and size(without(spans, private)) > limit:
            return True
        wide = [span for span in spans if span[1] - span[0] >= limit]
        if any(size(without((span,), private)) >= limit for span in wide):  # 10.0.0.0/7 is not a private range
            return True
    return False


def _with_embedded(addresses: Addresses) -> Addresses:
    """The set with the IPv4 addresses that are embedded in its IPv6 addresses."""
    found = [span for range_, shift in _EMBEDDED for span in _embedded(addresses.v6, range_, shift)]
    if not found:
        return addresses
    return Addresses(merged((*addresses.v4, *found)), addresses.v6, addresses.names)


def holds_name(addresses: Addresses, name: str) -> bool:
    """Whether `name` is in `addresses`, itself or as part of a wider name."""
    return not difference(Addresses(names=frozenset({name})), addresses).names


def _open(addresses: Addresses) -> frozenset[str]:
    return frozenset(name for name in addresses.names if name == _INTERNET or name.partition(".")[0] == _AZURE)


def _range(text: str) -> Addresses:
    """The addresses of one address, prefix or range. Raises ValueError for other text."""
    head, dash, tail = text.partition("-")
    if dash:
        one, other = ip_address(head), ip_address(tail)
        if one.version != other.version:
            raise ValueError(text)
        first, last = sorted((int(one), int(other)))
        version = one.version
    else:
        network = ip_network(text, strict=False)
        first, version = int(network.network_address), network.version
        last = first + network.num_addresses - 1
    return Addresses(v4=((first, last),)) if version == 4 else Addresses(v6=((first, last),))


def _embedded(spans: Spans, range_: Span, shift: int) -> Iterable[Span]:
    for first, last in spans:
        low, high = max(first, range_[0]), min(last, range_[1])
        if low <= high:
            yield (low - range_[0]) >> shift, (high - range_[0]) >> shift


def _all(*prefixes: str) -> Addresses:
    return union(_range(prefix) for prefix in prefixes)


_EMBEDDED: Final = tuple((_all(prefix).v6[0], shift) for prefix, shift in _EMBEDDING)
PRIVATE: Final = _all(
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "127.0.0.0/8",
    "fc00::/7",
    "fe80::/10",
    "::1/128",
)
"""Ranges that are not routed on the Internet: private, shared, link-local and loopback (RFC 1918 and others)."""
INTERNET: Final = Addresses(
    without(ANYONE.v4, PRIVATE.v4), without(ANYONE.v6, PRIVATE.v6), frozenset({_INTERNET, _AZURE})
)
"""The addresses of the service tag Internet."""
