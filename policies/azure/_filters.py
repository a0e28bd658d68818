"""The rules of network security groups in force: what they add up to, in the order of their priorities."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from policies.addresses import ANYONE, NONE, Addresses, is_open, parsed, public, union
from policies.azure._families import Family, Kin
from policies.in_force import FIRST, Ask, InForce, Sided, in_force, key_of, named
from policies.model import UNKNOWN
from policies.traffic import ALL_PORTS, Box, admitted, everything, includes, ports_of
from policies.value import UnknownValue, Value

SECURITY_GROUP: Final = "azure-native:network:NetworkSecurityGroup"
SECURITY_RULE: Final = "azure-native:network:SecurityRule"
RULES: Final = Kin(SECURITY_GROUP, "networkSecurityGroupName", (SECURITY_RULE,), "securityRules[*]")

_UDP: Final = 65536
"""What is added to a port of UDP, so that the ports of both protocols are one range."""
_NO_PORTS: Final = frozenset({"icmp", "icmpv6", "esp", "ah"})
_SOMETHING: Final = Addresses(names=frozenset({"<unknown>"}))
_INSIDE: Final = frozenset({"virtualnetwork", "virtual_network"})


@dataclass(frozen=True, slots=True)
class Opening:
    """What a rule opens, with `others` where it takes them too: words that name them and their ranges."""

    source: Value
    target: Value
    port: Value
    others: str

    def because(self, what: str) -> str:
        """Why a rule fails that opens a port of `what`."""
        port = "*" if self.port.raw is None else self.port.raw
        rest = f"; the sources add up to the Internet with {self.others}" if self.others else ""
        return f"opens port {port}, which includes {what}{rest}"


def opened_to_internet(entry: Value, family: Family, ports: tuple[int, ...], widest: tuple[int, ...]) -> Opening | None:
    """What the inbound rule `entry` opens of `ports` to the Internet, by itself or with others of its security group.

    Raises `UnknownValue`.
    """
    asked = (*ports, *(port + _UDP for port in ports))
    judged = _judged(family, "inbound", asked, widest, lambda boxes: admitted(boxes, asked))
    return _opening(entry, judged, widest, lambda each: _hits(each, asked))


def opened_outwards(entry: Value, family: Family, widest: tuple[int, ...]) -> Opening | None:
    """What the outbound rule `entry` lets out to everywhere on every port, by itself or with others of its group.

    Raises `UnknownValue`.
    """
    judged = _judged(family, "outbound", (), widest, lambda boxes: everything(boxes, widest))
    return _opening(entry, judged, widest, lambda _: True)


def _judged(family: Family, direction: str, ports: tuple[int, ...], widest: tuple[int, ...], ask: Ask) -> InForce:
    key = (direction, tuple(ports), tuple(widest))
    if key not in family.memo:
        sides = (_side(part, direction, family, ports) for part in family.parts)
        family.memo[key] = in_force((side for side in sides if side is not None), widest, ask)
    judged: InForce = family.memo[key]
    return judged


def _opening(entry: Value, judged: InForce, widest: tuple[int, ...], hits: Callable[[Value], bool]) -> Opening | None:
    others = judged.opened(key_of(entry))
    if others is None:
        return None
    return _made(entry, hits, widest, named(others, "sourceAddressPrefix", "sourceAddressPrefixes"))


def _made(entry: Value, hits: Callable[[Value], bool], widest: tuple[int, ...], others: str) -> Opening:
    ports = (each for each in _values(entry, "port") if each.raw is not UNKNOWN and hits(each))
    return Opening(
        _widest_of(entry, "source", widest),
        _widest_of(entry, "destination", widest),
        next(ports, entry["destinationPortRange"]),
        others,
    )


def _widest_of(entry: Value, end: str, widest: tuple[int, ...]) -> Value:
    """What to point to at one end of the rule: what is open by itself, else what is not private, else anything."""
    values = [each for each in _values(entry, end) if isinstance(each.raw, str)]
    wide = [each for each in values if is_open(_addresses(each) or NONE, widest)]
    outside = [each for each in values if public(_addresses(each) or NONE)]
    return next(iter(wide or outside or values), entry[_PROPERTIES[end][0]])


def _side(entry: Value, direction: str, family: Family, asked: tuple[int, ...]) -> Sided | None:
    """The rule as boxes, None when it certainly concerns another direction or other ports, or is no rule."""
    try:
        doubts: list[Value] = []
        there = _is(entry["direction"], {direction}, doubts)
        allow = _is(entry["access"], {"allow"}, doubts)
        deny = _is(entry["access"], {"deny"}, doubts)
        order, fixed = _order(entry["priority"], doubts)
        if there is False or (allow is False and deny is False):
            return None
        ports = _ports(entry, doubts)
        if asked and ports is not None and not any(includes(ports, port) for port in asked):
            return None
        sources, any_source = _set(entry, "source", doubts)
        targets, any_target = _set(entry, "destination", doubts)
        limited = not _is_every_port(entry)
    except (TypeError, UnknownValue):
        return None if entry.raw is not UNKNOWN else Sided(entry, None, Box(True, ANYONE, ANYONE, _BOTH), entry, None)
    if direction == "inbound" and _INSIDE & targets.names:
        targets = ANYONE
    doubt = doubts[0] if doubts else None
    most_ports = ports if ports is not None else _BOTH
    if allow is not False:
        least = Box(True, sources, targets if not any_target else union((targets, _SOMETHING)), ports or ())
        most = Box(True, ANYONE if any_source else sources, ANYONE if any_target else targets, most_ports)
        sure = allow and there and ports is not None
        return Sided(entry, least if sure else None, most, doubt, FIRST if not fixed else order)
    if not fixed or entry.resource.urn in family.doubtful:
        return None
    least = Box(False, sources, targets, ports or ())
    most = Box(False, ANYONE if any_source else sources, ANYONE if any_target else targets, most_ports)
    sure = deny and there and ports is not None and order is not None and not limited
    return Sided(entry, least if sure else None, None if limited else most, doubt, order)


_BOTH: Final = ((0, 2 * _UDP - 1),)


def _order(priority: Value, doubts: list[Value]) -> tuple[float | None, bool]:
    """The priority, None when it is not known yet; and whether there is one."""
    if priority.raw is UNKNOWN:
        doubts.append(priority)
        return None, True
    try:
        return float(priority.raw), True
    except (TypeError, ValueError):
        return None, False


def _is(value: Value, wanted: set[str], doubts: list[Value]) -> bool | None:
    if value.raw is UNKNOWN:
        doubts.append(value)
        return None
    return value.text().strip() in wanted


def _ports(entry: Value, doubts: list[Value]) -> tuple[tuple[int, int], ...] | None:
    """The ports of the rule, those of UDP behind those of TCP; None when they are not all known."""
    protocol = entry["protocol"]
    if protocol.raw is UNKNOWN:
        doubts.append(protocol)
        return None
    named = protocol.text("*").strip()
    if named in _NO_PORTS:
        return ()
    spans: list[tuple[int, int]] = []
    for value in _values(entry, "port"):
        found = None if value.raw is UNKNOWN else ports_of(str(value.raw))
        if found is None:
            doubts.append(value)
            return None
        spans += found
    udp = [(first + _UDP, last + _UDP) for first, last in spans]
    return tuple(spans if named == "tcp" else udp if named == "udp" else spans + udp)


def _is_every_port(entry: Value) -> bool:
    """Whether the rule holds for every port of the source, so that nobody avoids it by choosing another one."""
    values = [entry["sourcePortRange"], *_items(entry["sourcePortRanges"])]
    said = [value for value in values if value.raw is not None]
    return not said or any(value.raw is not UNKNOWN and ports_of(str(value.raw)) == ALL_PORTS for value in said)


def _hits(value: Value, ports: tuple[int, ...]) -> bool:
    spans = ports_of(str(value.raw))
    return spans is not None and any(includes(spans, port) for port in ports)


def _set(entry: Value, end: str, doubts: list[Value]) -> tuple[Addresses, bool]:
    """The addresses of one end of the rule that are known, and whether there may be others."""
    found: list[Addresses] = []
    doubtful = False
    for value in _values(entry, end):
        named = _addresses(value)
        if named is None:
            doubts.append(value)
            doubtful = True
        else:
            found.append(named)
    if not found and not doubtful:
        return ANYONE, False  # an end that is not named is everybody
    return union(found), doubtful


def _addresses(value: Value) -> Addresses | None:
    """What one source or destination names; None when that is not known yet, or is no range and no tag."""
    if value.raw is UNKNOWN:
        return None
    if isinstance(value.raw, str):
        return parsed(value.raw)
    identifier = value["id"].raw if isinstance(value.raw, dict) else None
    return Addresses(names=frozenset({f"group {str(identifier).casefold()}"}))


_PROPERTIES: Final = {
    "source": ("sourceAddressPrefix", ("sourceAddressPrefixes", "sourceApplicationSecurityGroups")),
    "destination": ("destinationAddressPrefix", ("destinationAddressPrefixes", "destinationApplicationSecurityGroups")),
    "port": ("destinationPortRange", ("destinationPortRanges",)),
}


def _values(entry: Value, end: str) -> Iterator[Value]:
    """The values that name one end of the rule; those that are left out or empty are not among them."""
    one, many = _PROPERTIES[end]
    for value in (entry[one], *(item for name in many for item in _items(entry[name]))):
        if value.raw is not None and value.raw != "":  # Azure takes an empty text for none
            yield value


def _items(value: Value) -> Iterable[Value]:
    """The items of a list; a text where a list belongs, or what is not known yet, is one item."""
    return (value,) if value.raw is UNKNOWN or isinstance(value.raw, str) else value.each()
