"""Network policies in effect: whether those that select the same pods together allow every address on every port."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Final

from bluelamp.core.resource import UNKNOWN
from bluelamp.policies.address_lists import with_others
from bluelamp.policies.addresses import ANYONE, NONE, Addresses, difference, is_open, named_by, public, union
from bluelamp.policies.estate import Estate
from bluelamp.policies.in_force import FIRST, InForce, Sided, in_force, key_of
from bluelamp.policies.kubernetes._workloads import namespace_of
from bluelamp.policies.kubernetes.namespaces.k8s_namespaces import NETWORK_POLICY
from bluelamp.policies.traffic import ALL_PORTS, Box, everything
from bluelamp.policies.value import UnknownValue, Value, places, root

_INSIDE: Final = Addresses(names=frozenset({"pods"}))
_PEERS: Final = {"ingress": "from", "egress": "to"}
_LEFT_OUT: Final = {
    "ingress": ("a source", "without one, every address is allowed"),
    "egress": ("a destination", "without one, every address is allowed"),
}


def open_peer(entry: Value, direction: str, estate: Estate, widest: tuple[int, ...]) -> tuple[Value, str, str] | None:
    """The peer to name when a rule of a network policy allows in effect everybody on in effect every port.

    Beside it stand what belongs there, and why: the other policies with which it does so. None when it does not. Raises
    `UnknownValue`.
    """
    own = _side(entry, direction)
    if own.most is None or not public(own.most.sources):
        return None
    others = estate.once(_Selecting).judged(entry, direction, tuple(widest)).opened(key_of(entry))
    if others is None:
        return None
    names = dict.fromkeys(other.resource.name for other in others if other.resource.urn != entry.resource.urn)
    peer = _wide_peer(entry, direction, widest)
    if peer.key == _PEERS[direction]:
        return peer, *_LEFT_OUT[direction]
    return peer, "a named network", with_others(", ".join(names), "every address")


class _Selecting:
    """The network policies of an estate, by namespace; those that may select the same pods are judged together."""

    def __init__(self, estate: Estate) -> None:
        self._by_namespace: dict[str, list[Value]] = {}
        self._sides: dict[tuple[str, str], tuple[Sided, ...]] = {}
        self._judged: dict[tuple[str, str, tuple[int, ...]], InForce] = {}
        for policy in estate.of(NETWORK_POLICY):
            try:
                self._by_namespace.setdefault(namespace_of(policy), []).append(policy)
            except (TypeError, UnknownValue):
                continue  # it is judged by itself

    def judged(self, entry: Value, direction: str, widest: tuple[int, ...]) -> InForce:
        """The rules of every policy that may select pods that the policy of `entry` selects."""
        key = entry.resource.urn, direction, widest
        if key not in self._judged:
            own = root(entry.resource)
            try:
                beside = self._by_namespace.get(namespace_of(own), [])
            except UnknownValue:
                beside = []
            policies = [own, *(each for each in beside if each.resource.urn != key[0] and not _apart(own, each))]
            sides = [side for policy in policies for side in self._sides_of(policy, direction)]
            self._judged[key] = in_force(sides, widest, lambda boxes: everything(boxes, widest))
        return self._judged[key]

    def _sides_of(self, policy: Value, direction: str) -> tuple[Sided, ...]:
        key = policy.resource.urn, direction
        if key not in self._sides:
            self._sides[key] = tuple(_sides(policy, direction))
        return self._sides[key]


def _rules(policy: Value, direction: str) -> Iterator[Value]:
    try:
        yield from places(policy, f"spec.{direction}[*]")
    except (TypeError, UnknownValue):
        return  # the policy has a verdict of its own that says so


def _sides(policy: Value, direction: str) -> Iterator[Sided]:
    for entry in _rules(policy, direction):
        with suppress(TypeError):  # another rule's mistake is told where that rule is judged
            yield _side(entry, direction)


def _side(entry: Value, direction: str) -> Sided:
    """The rule as a box. Raises TypeError for what is no rule."""
    if entry.raw is UNKNOWN:
        return Sided(entry, None, Box(True, ANYONE, ANYONE), entry, FIRST)
    doubts: list[Value] = []
    least, most = _peers(entry[_PEERS[direction]], doubts)
    least_ports, most_ports = _ports(entry["ports"], doubts)
    doubt = doubts[0] if doubts else None
    return Sided(entry, Box(True, least, ANYONE, least_ports), Box(True, most, ANYONE, most_ports), doubt, FIRST)


def _peers(peers: Value, doubts: list[Value]) -> tuple[Addresses, Addresses]:
    """The least and the most that a list of peers lets in; a list that is left out or empty is everybody."""
    if peers.raw is UNKNOWN:
        doubts.append(peers)
        return NONE, ANYONE
    found = [_peer(peer, doubts) for peer in peers.each()]
    if not found:
        return ANYONE, ANYONE
    return union(least for least, _ in found), union(most for _, most in found)


def _peer(peer: Value, doubts: list[Value]) -> tuple[Addresses, Addresses]:
    if peer.raw is UNKNOWN:
        doubts.append(peer)
        return NONE, ANYONE
    block = peer["ipBlock"]
    if block.raw is None:
        named = any(peer[name].raw is not None for name in ("podSelector", "namespaceSelector"))
        return (_INSIDE, _INSIDE) if named else (ANYONE, ANYONE)
    if block.raw is UNKNOWN:
        doubts.append(block)
        return NONE, ANYONE
    cidr, but = block["cidr"], block["except"]
    range_ = named_by(cidr.raw)
    if range_ is None:
        doubts.append(cidr)
        return NONE, ANYONE
    left_out = [but] if but.raw is UNKNOWN else list(but.each())
    known = [named_by(each.raw) for each in left_out]
    most = difference(range_, union(each for each in known if each is not None))
    if None in known:
        doubts.append(but)
        return NONE, most
    return most, most


def _ports(ports: Value, doubts: list[Value]) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    """The least and the most ports that a list lets through; a list that is left out or empty is every port."""
    if ports.raw is UNKNOWN:
        doubts.append(ports)
        return (), ALL_PORTS
    listed = list(ports.each())
    if not listed:
        return ALL_PORTS, ALL_PORTS
    least: list[tuple[int, int]] = []
    most: list[tuple[int, int]] = []
    for each in listed:
        if each.raw is UNKNOWN or each["port"].raw is UNKNOWN or each["endPort"].raw is UNKNOWN:
            doubts.append(each)
            most += ALL_PORTS
        elif each["port"].raw is None:
            least += ALL_PORTS
        elif (low := _number(each["port"])) is not None:  # a name stands for one port
            end = each["endPort"]
            high = low if end.raw is None else _number(end)
            if high is None:
                doubts.append(end)
            least.append((low, max(low, high or low)))
            most += ALL_PORTS if high is None else ()
    return tuple(least), tuple(least + most)


def _number(port: Value) -> int | None:
    text = str(port.raw).strip()
    return int(text) if text.isascii() and text.isdecimal() else None


def _apart(one: Value, other: Value) -> bool:
    """Whether no pod can be selected by both policies."""
    left, right = _wanted(one), _wanted(other)
    return any(not left[key] & right[key] for key in left.keys() & right.keys())


def _wanted(policy: Value) -> dict[str, frozenset[str]]:
    """The values that a selector admits for each label, where it names them."""
    try:
        selector = policy.at("spec.podSelector")
        labels, expressions = selector["matchLabels"].raw, selector["matchExpressions"].raw
    except (TypeError, UnknownValue):
        return {}
    wanted: dict[str, frozenset[str]] = {}
    if isinstance(labels, Mapping):
        wanted.update((str(key), frozenset({str(value)})) for key, value in labels.items() if value is not UNKNOWN)
    for each in expressions if isinstance(expressions, list) else ():
        values = each.get("values") if isinstance(each, Mapping) and each.get("operator") == "In" else None
        if isinstance(values, list) and UNKNOWN not in values and isinstance(each.get("key"), str):
            named = frozenset(map(str, values))
            wanted[each["key"]] = wanted.get(each["key"], named) & named
    return wanted


def _wide_peer(entry: Value, direction: str, widest: tuple[int, ...]) -> Value:
    """The block to point to: one that is wide by itself, else one that is not private, else the list."""
    peers = entry[_PEERS[direction]]
    known = [peer for peer in peers.each() if peer.raw is not UNKNOWN and _peer(peer, [])[0]]
    wide = [peer for peer in known if is_open(_peer(peer, [])[0], widest)]
    outside = [peer for peer in known if public(_peer(peer, [])[0])]
    found = next(iter(wide or outside), None)
    return peers if found is None else found if found["ipBlock"].raw is None else found.at("ipBlock.cidr")
