"""Allow-lists of service firewalls: whether together they cover the Internet."""

from collections.abc import Iterator
from typing import Final

from bluelamp.core.resource import UNKNOWN
from bluelamp.core.text import first_of
from bluelamp.policies.addresses import ANYONE, Addresses, Span, between, is_open, merged, parsed, public, size, union
from bluelamp.policies.azure._families import Family, FamilyKind
from bluelamp.policies.estate import Estate, canonical
from bluelamp.policies.value import UnknownValue, Value

_REFUSALS: Final = frozenset({"deny", "reject", "block"})
_SHIFTS: Final = (0, 64)
"""The unit of counting: single addresses in IPv4, /64 networks in IPv6."""

_SQL: Final = "azure-native:sql:"
_POSTGRESQL: Final = "azure-native:dbforpostgresql:"
_MYSQL: Final = "azure-native:dbformysql:"
RANGES: Final = {
    kind: FamilyKind(whole, named, parts)
    for whole, named, parts in (
        (f"{_SQL}Server", "serverName", (f"{_SQL}FirewallRule", f"{_SQL}IPv6FirewallRule")),
        (f"{_POSTGRESQL}Server", "serverName", (f"{_POSTGRESQL}FirewallRule",)),
        (f"{_POSTGRESQL}SingleServer", "serverName", (f"{_POSTGRESQL}SingleServerFirewallRule",)),
        (f"{_POSTGRESQL}ServerGroup", "clusterName", (f"{_POSTGRESQL}ServerGroupFirewallRule",)),
        (f"{_MYSQL}Server", "serverName", (f"{_MYSQL}FirewallRule",)),
        (f"{_MYSQL}SingleServer", "serverName", (f"{_MYSQL}SingleServerFirewallRule",)),
        ("azure-native:dbformariadb:Server", "serverName", ("azure-native:dbformariadb:FirewallRule",)),
        ("azure-native:cosmosdb:MongoCluster", "mongoClusterName", ("azure-native:cosmosdb:MongoClusterFirewallRule",)),
        ("azure-native:mongocluster:MongoCluster", "mongoClusterName", ("azure-native:mongocluster:FirewallRule",)),
        ("azure-native:synapse:Workspace", "workspaceName", ("azure-native:synapse:IpFirewallRule",)),
        (
            "azure-native:redis:Redis",
            "cacheName",
            ("azure-native:redis:FirewallRule", "azure-native:redis:RedisFirewallRule"),
        ),
        ("azure-native:datalakestore:Account", "accountName", ("azure-native:datalakestore:FirewallRule",)),
    )
    for kind in parts
}
"""The families of firewall rules of each service; each rule is a range, as a separate resource."""


def admitted(entries: Value, address: str) -> Iterator[Value]:
    """The addresses that `entries` admit: the items themselves, or their property `address` if they are objects.

    Denying entries are skipped. An unknown list is one unknown address.
    """
    if entries.raw is UNKNOWN or isinstance(entries.raw, str):
        yield entries
        return
    for entry in entries.each():
        if entry.raw is UNKNOWN or isinstance(entry.raw, str) or not address:
            yield entry
        elif "action" not in entry.known or entry["action"].raw is UNKNOWN or entry["action"].text() not in _REFUSALS:
            yield entry[address]


def ends_of(entry: Value) -> tuple[Value, Value]:
    """The first and the last address of a firewall rule, which services name differently."""
    start, end = _ENDS.get(canonical(entry.resource.type), ("startIpAddress", "endIpAddress"))
    return entry.at(start), entry.at(end)


_ENDS: Final = {
    f"{_SQL}IPv6FirewallRule": ("startIPv6Address", "endIPv6Address"),
    "azure-native:redis:FirewallRule": ("startIP", "endIP"),
    "azure-native:redis:RedisFirewallRule": ("startIP", "endIP"),
    "azure-native:mongocluster:FirewallRule": ("properties.startIpAddress", "properties.endIpAddress"),
}


def wide_range(entry: Value, estate: Estate, most: float, total: float) -> tuple[Value, str] | None:
    """The value to report and the expected value, if a firewall rule's range is too wide; None if it is not.

    A range is too wide with more than `most` addresses, alone or combined with adjacent rules of its server, or if all
    ranges of the server have more than `total`. Raises `UnknownValue`.
    """
    start, end = ends_of(entry)
    span, version = _span(start, end)
    if span is None:
        return (start, "") if version is None else (end, f"at most {most:g} addresses")
    if span[1] - span[0] >= most:
        return end, f"at most {most:g} addresses"
    family = RANGES[canonical(entry.resource.type)].family(entry, estate)
    spans = _known(family, version or 0)
    combined = next(each for each in merged(spans) if each[0] <= span[0] <= each[1])
    if combined[1] - combined[0] >= most:
        return end, f"at most {most:g} addresses in a row, of all rules of the server"
    return (end, f"at most {total:g} addresses of all rules") if size(merged(spans)) > total else None


def wide_with_others(entry: Value, estate: Estate, widest: tuple[int, ...]) -> tuple[Value, str] | None:
    """The value to report and the contributing rules, if a firewall rule covers the Internet, alone or with others of
    its server; None if it does not.

    Raises `UnknownValue`.
    """
    start, end = ends_of(entry)
    own = _between(start, end)
    if own is None or not public(own):
        return None
    if is_open(own, widest):
        return start, ""
    family = RANGES[canonical(entry.resource.type)].family(entry, estate)
    others: list[tuple[str, Addresses]] = []
    for part in family.parts:
        if part.resource.urn != entry.resource.urn:
            try:
                found = _between(*ends_of(part))
            except (UnknownValue, TypeError):
                continue  # reported by its own verdict
            if found is not None and not is_open(found, widest):
                others.append((part.resource.name, found))
    if is_open(union([own, *(found for _, found in others)]), widest):
        return start, first_of([name for name, _ in others])
    return None


def _between(start: Value, end: Value) -> Addresses | None:
    first, last = start.text().strip(), end.text().strip()
    if not first and not last:
        return None
    found = between(first, last or first)
    if found is None:
        raise UnknownValue(start)
    return ANYONE if parsed(first) == ANYONE else found


def _span(start: Value, end: Value) -> tuple[Span | None, int | None]:
    """The range in the unit of counting, and its IP version as an index.

    No version if the start is not a single address; no range if the end is not an address after it.
    """
    first = parsed(start.text())
    if first is None or first == ANYONE or first.names:
        return None, None
    version = 0 if first.v4 else 1
    last = parsed(end.text()) if end.text() else None
    spans = () if last is None or last == ANYONE else (last.v4, last.v6)[version]
    low = (first.v4 or first.v6)[0][0]
    if not spans or spans[0][1] < low:
        return None, version
    return (low >> _SHIFTS[version], spans[0][1] >> _SHIFTS[version]), version


def _known(family: Family, version: int) -> list[Span]:
    found: list[Span] = []
    for part in family.parts:
        try:
            span, own = _span(*ends_of(part))
        except (UnknownValue, TypeError):
            continue  # reported by its own verdict
        if span is not None and own == version:
            found.append(span)
    return found
