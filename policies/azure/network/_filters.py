"""Network security group rules in effect: their combined result, in order of priority."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from bluelamp.core.resource import UNKNOWN
from bluelamp.policies.addresses import ANYONE, NONE, Addresses, is_open, parsed, public, union
from bluelamp.policies.azure._families import Family, Kin
from bluelamp.policies.in_force import FIRST, Ask, InForce, Key, Sided, in_force, key_of, named
from bluelamp.policies.traffic import ALL_PORTS, Box, admitted, everything, includes, ports_of
from bluelamp.policies.value import Value

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
    judged = _judged(entry, family, "inbound", asked, widest, lambda boxes: admitted(boxes, asked))
    return _opening(entry, judged, widest, lambda each: _hits(each, asked))


def opened_outwards(entry: Value, family: Family, widest: tuple[int, ...]) -> Opening | None:
    """What the outbound rule `entry` lets out to everywhere on every port, by itself or with others of its group.

    Raises `UnknownValue`.
    """
    judged = _judged(entry, family, "outbound", (), widest, lambda boxes: everything(boxes, widest))
    return _opening(entry, judged, widest, lambda _: True)


def _judged(
    entry: Value, family: Family, direction: str, ports: tuple[int, ...], widest: tuple[int, ...], ask: Ask
) -> InForce:
    key = (direction, tuple(ports), tuple(widest))
    if key not in family.memo:
        read: set[Key] = set()
        family.memo[key] = in_force(_sides(family, direction, ports, read), widest, ask), read
    judged: InForce
    judged, read = family.memo[key]
    if key_of(entry) not in read:
        _side(entry, direction, family, ports)  # what is wrong with it has to be said
    return judged


def _sides(family: Family, direction: str, ports: tuple[int, ...], read: set[Key]) -> Iterator[Sided]:
    """The rules that concern `direction` and `ports`; to `read` are added the keys of all without a mistake."""
    for part in family.parts:
        with suppress(TypeError):  # another rule's mistake is told where that rule is judged
            side = _side(part, direction, family, ports)
            read.add(key_of(part))
            if side is not None:
                yield side


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
    """The rule as boxes, None when it certainly concerns another direction or other ports.

    Raises TypeError for what is no rule.
    """
    if entry.raw is UNKNOWN:
        return Sided(entry, None, Box(True, ANYONE, ANYONE, _BOTH), entry, None)
    doubts: list[Value] = []
    there = _is(entry["direction"], {direction}, doubts)
    allow = _is(entry["access"], {"allow"}, doubts)
    deny = _is(entry["access"], {"deny"}, doubts)
    if there is False or (allow is False and deny is False):
        return None
    ports, any_port = _ports(entry, doubts)
    if asked and not any_port and not any(includes(ports, port) for port in asked):
        return None
    order, fixed = _order(entry["priority"], doubts)
    sources, any_source = _set(entry, "source", doubts)
    targets, any_target = _set(entry, "destination", doubts)
    if direction == "inbound" and _INSIDE & targets.names:
        targets = ANYONE
    doubt = doubts[0] if doubts else None
    most = Box(
        allow is not False,
        ANYONE if any_source else sources,
        ANYONE if any_target else targets,
        _BOTH if any_port else ports,
    )
    if allow is not False:
        least = Box(True, sources, union((targets, _SOMETHING)) if any_target else targets, ports)
        return Sided(entry, least if allow and there else None, most, doubt, order if fixed else FIRST)
    if not fixed or entry.resource.urn in family.doubtful or not _is_every_port(entry):
        return None  # whether it takes anything away cannot be told, so it takes away nothing
    least = Box(False, sources, targets, ports)
    return Sided(entry, least if deny and there and order is not None else None, most, doubt, order)


_BOTH: Final = ((0, 2 * _UDP - 1),)


def _order(priority: Value, doubts: list[Value]) -> tuple[float | None, bool]:
    """The priority, None when it is not known yet; and whether there is one."""
    if priority.raw is UNKNOWN:
        doubts.append(priority)
        return None, True
    try:
        return float(int(str(priority.raw))), True
    except ValueError:
        return None, False


def _is(value: Value, wanted: set[str], doubts: list[Value]) -> bool | None:
    if value.raw is UNKNOWN:
        doubts.append(value)
        return None
    return value.text().strip() in wanted


def _ports(entry: Value, doubts: list[Value]) -> tuple[tuple[tuple[int, int], ...], bool]:
    """The ports of the rule that are known, those of UDP behind those of TCP, and whether there may be others."""
    protocol = entry["protocol"]
    named = "" if protocol.raw is UNKNOWN else protocol.text("*").strip()
    if named in _NO_PORTS:
        return (), False
    spans: list[tuple[int, int]] = []
    before = len(doubts)
    for value in _values(entry, "port"):
        found = None if value.raw is UNKNOWN else ports_of(str(value.raw))
        if found is None:
            doubts.append(value)
        else:
            spans += found
    if protocol.raw is UNKNOWN:
        doubts.append(protocol)
        return (), bool(spans) or len(doubts) > before + 1
    udp = [(first + _UDP, last + _UDP) for first, last in spans]
    return tuple(spans if named == "tcp" else udp if named == "udp" else spans + udp), len(doubts) > before


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
    if not isinstance(value.raw, Mapping):
        return None
    identifier = value["id"].raw  # that of an application security group: one that is not known yet is like no other
    if identifier is UNKNOWN:
        return Addresses(names=frozenset({f"group at {value.resource.urn} {value.path}"}))
    return Addresses(names=frozenset({f"group {identifier.casefold()}"})) if isinstance(identifier, str) else None


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
