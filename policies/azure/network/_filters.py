"""The combined effect of a network security group's rules, in order of priority."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from bluelamp.core.resource import UNKNOWN
from bluelamp.policies.addresses import ANYONE, NONE, Addresses, is_open, parsed, public, union
from bluelamp.policies.azure._families import Family, FamilyKind
from bluelamp.policies.in_force import FIRST, InForce, Key, Query, RuleBounds, in_force, key_of, named
from bluelamp.policies.traffic import ALL_PORTS, Box, admitted, everything, includes, ports_of
from bluelamp.policies.value import Value

SECURITY_GROUP: Final = "azure-native:network:NetworkSecurityGroup"
SECURITY_RULE: Final = "azure-native:network:SecurityRule"
RULES: Final = FamilyKind(SECURITY_GROUP, "networkSecurityGroupName", (SECURITY_RULE,), "securityRules[*]")

_UDP: Final = 65536
"""The offset of UDP ports, so that the ports of both protocols are one range."""
_NO_PORTS: Final = frozenset({"icmp", "icmpv6", "esp", "ah"})
_SOMETHING: Final = Addresses(names=frozenset({"<unknown>"}))
_INSIDE: Final = frozenset({"virtualnetwork", "virtual_network"})


@dataclass(frozen=True, slots=True)
class Opening:
    """What a rule opens; `others` describes the other rules and ranges that contribute, if any."""

    source: Value
    target: Value
    port: Value
    others: str

    def because(self, what: str) -> str:
        """The reason of a failure of a rule that opens a port of `what`."""
        port = "*" if self.port.raw is None else self.port.raw
        rest = f"; the sources add up to the Internet with {self.others}" if self.others else ""
        return f"opens port {port}, which includes {what}{rest}"


def opened_to_internet(entry: Value, family: Family, ports: tuple[int, ...], widest: tuple[int, ...]) -> Opening | None:
    """The opening of `ports` to the Internet by the inbound rule `entry`, alone or with others of its security group;
    None if there is none.

    Raises `UnknownValue`.
    """
    ports_of_interest = (*ports, *(port + _UDP for port in ports))
    judged = _judged(
        entry, family, "inbound", ports_of_interest, widest, lambda boxes: admitted(boxes, ports_of_interest)
    )
    return _opening(entry, judged, widest, lambda each: _hits(each, ports_of_interest))


def opened_to_everywhere(entry: Value, family: Family, widest: tuple[int, ...]) -> Opening | None:
    """The opening to everywhere on every port by the outbound rule `entry`, alone or with others of its group; None if
    there is none.

    Raises `UnknownValue`.
    """
    judged = _judged(entry, family, "outbound", (), widest, lambda boxes: everything(boxes, widest))
    return _opening(entry, judged, widest, lambda _: True)


def _judged(
    entry: Value, family: Family, direction: str, ports: tuple[int, ...], widest: tuple[int, ...], query: Query
) -> InForce:
    key = (direction, tuple(ports), tuple(widest))
    if key not in family.memo:
        valid: set[Key] = set()
        family.memo[key] = in_force(_all_bounds(family, direction, ports, valid), widest, query), valid
    judged: InForce
    judged, valid = family.memo[key]
    if key_of(entry) not in valid:
        _bounds(entry, direction, family, ports)  # raises for an invalid rule
    return judged


def _all_bounds(family: Family, direction: str, ports: tuple[int, ...], valid: set[Key]) -> Iterator[RuleBounds]:
    """The bounds of rules that concern `direction` and `ports`; the keys of all valid rules are added to `valid`."""
    for part in family.parts:
        with suppress(TypeError):  # an invalid rule is reported by its own verdict
            bounds = _bounds(part, direction, family, ports)
            valid.add(key_of(part))
            if bounds is not None:
                yield bounds


def _opening(entry: Value, judged: InForce, widest: tuple[int, ...], hits: Callable[[Value], bool]) -> Opening | None:
    others = judged.opened(key_of(entry))
    if others is None:
        return None
    return _opening_of(entry, hits, widest, named(others, "sourceAddressPrefix", "sourceAddressPrefixes"))


def _opening_of(entry: Value, hits: Callable[[Value], bool], widest: tuple[int, ...], others: str) -> Opening:
    ports = (each for each in _values(entry, "port") if each.raw is not UNKNOWN and hits(each))
    return Opening(
        _widest_of(entry, "source", widest),
        _widest_of(entry, "destination", widest),
        next(ports, entry["destinationPortRange"]),
        others,
    )


def _widest_of(entry: Value, end: str, widest: tuple[int, ...]) -> Value:
    """The value to report at one end of the rule: one that is open, or else public, or else any."""
    values = [each for each in _values(entry, end) if isinstance(each.raw, str)]
    wide = [each for each in values if is_open(_addresses(each) or NONE, widest)]
    outside = [each for each in values if public(_addresses(each) or NONE)]
    return next(iter(wide or outside or values), entry[_PROPERTIES[end][0]])


def _bounds(entry: Value, direction: str, family: Family, ports_of_interest: tuple[int, ...]) -> RuleBounds | None:
    """The bounds of the rule; None if it certainly concerns another direction or other ports.

    Raises TypeError for an invalid rule.
    """
    if entry.raw is UNKNOWN:
        return RuleBounds(entry, None, Box(True, ANYONE, ANYONE, _BOTH), entry, None)
    doubts: list[Value] = []
    in_direction = _is(entry["direction"], {direction}, doubts)
    allow = _is(entry["access"], {"allow"}, doubts)
    deny = _is(entry["access"], {"deny"}, doubts)
    if in_direction is False or (allow is False and deny is False):
        return None
    ports, any_port = _ports(entry, doubts)
    if ports_of_interest and not any_port and not any(includes(ports, port) for port in ports_of_interest):
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
        return RuleBounds(entry, least if allow and in_direction else None, most, doubt, order if fixed else FIRST)
    if not fixed or entry.resource.urn in family.doubtful or not _is_every_port(entry):
        return None  # its effect is uncertain, so it must not reduce the admitted traffic
    least = Box(False, sources, targets, ports)
    return RuleBounds(entry, least if deny and in_direction and order is not None else None, most, doubt, order)


_BOTH: Final = ((0, 2 * _UDP - 1),)


def _order(priority: Value, doubts: list[Value]) -> tuple[float | None, bool]:
    """The priority (None if unknown), and whether there is one."""
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
    """The known ports of the rule, with the offset for UDP, and whether there may be others."""
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
    """Whether the rule applies to every source port, so that it cannot be avoided by choosing another port."""
    values = [entry["sourcePortRange"], *_items(entry["sourcePortRanges"])]
    given = [value for value in values if value.raw is not None]
    return not given or any(value.raw is not UNKNOWN and ports_of(str(value.raw)) == ALL_PORTS for value in given)


def _hits(value: Value, ports: tuple[int, ...]) -> bool:
    spans = ports_of(str(value.raw))
    return spans is not None and any(includes(spans, port) for port in ports)


def _set(entry: Value, end: str, doubts: list[Value]) -> tuple[Addresses, bool]:
    """The known addresses of one end of the rule, and whether there may be others."""
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
        return ANYONE, False  # a missing end means any address
    return union(found), doubtful


def _addresses(value: Value) -> Addresses | None:
    """The addresses of one source or destination; None if unknown, or neither a range nor a tag."""
    if value.raw is UNKNOWN:
        return None
    if isinstance(value.raw, str):
        return parsed(value.raw)
    if not isinstance(value.raw, Mapping):
        return None
    identifier = value["id"].raw  # of an application security group; an unknown one equals no other
    if identifier is UNKNOWN:
        return Addresses(names=frozenset({f"group at {value.resource.urn} {value.path}"}))
    return Addresses(names=frozenset({f"group {identifier.casefold()}"})) if isinstance(identifier, str) else None


_PROPERTIES: Final = {
    "source": ("sourceAddressPrefix", ("sourceAddressPrefixes", "sourceApplicationSecurityGroups")),
    "destination": ("destinationAddressPrefix", ("destinationAddressPrefixes", "destinationApplicationSecurityGroups")),
    "port": ("destinationPortRange", ("destinationPortRanges",)),
}


def _values(entry: Value, end: str) -> Iterator[Value]:
    """The values for one end of the rule, without missing and empty ones."""
    one, many = _PROPERTIES[end]
    for value in (entry[one], *(item for name in many for item in _items(entry[name]))):
        if value.raw is not None and value.raw != "":  # in Azure, an empty text means none
            yield value


def _items(value: Value) -> Iterable[Value]:
    """The items of a list; a text in place of a list, or an unknown value, is one item."""
    return (value,) if value.raw is UNKNOWN or isinstance(value.raw, str) else value.each()
