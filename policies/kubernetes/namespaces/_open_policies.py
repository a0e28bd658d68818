"""The combined effect of network policies: whether those that select the same pods allow every address and port."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Final

from bluelamp.core.resource import UNKNOWN
from bluelamp.policies.address_lists import with_others
from bluelamp.policies.addresses import ANYONE, NONE, Addresses, difference, is_open, named_by, public, union
from bluelamp.policies.estate import Estate
from bluelamp.policies.in_force import FIRST, InForce, RuleBounds, in_force, key_of
from bluelamp.policies.kubernetes._workloads import namespace_of
from bluelamp.policies.kubernetes.namespaces.k8s_namespaces import NETWORK_POLICY
from bluelamp.policies.traffic import ALL_PORTS, Box, everything
from bluelamp.policies.value import UnknownValue, Value, places, root

_INSIDE: Final = Addresses(names=frozenset({"pods"}))
_PEERS: Final = {"ingress": "from", "egress": "to"}
_WITHOUT_PEERS: Final = {
    "ingress": ("a source", "without one, every address is allowed"),
    "egress": ("a destination", "without one, every address is allowed"),
}


def open_peer(entry: Value, direction: str, estate: Estate, widest: tuple[int, ...]) -> tuple[Value, str, str] | None:
    """The peer to report, the expected value and the reason, if a rule of a network policy allows in effect every
    address on in effect every port, alone or with other policies; None if it does not.

    Raises `UnknownValue`.
    """
    own = _rule_bounds(entry, direction)
    if own.most is None or not public(own.most.sources):
        return None
    others = estate.once(_Selecting).judged(entry, direction, tuple(widest)).opened(key_of(entry))
    if others is None:
        return None
    names = dict.fromkeys(other.resource.name for other in others if other.resource.urn != entry.resource.urn)
    peer = _wide_peer(entry, direction, widest)
    if peer.key == _PEERS[direction]:
        return peer, *_WITHOUT_PEERS[direction]
    return peer, "a named network", with_others(", ".join(names), "every address")


class _Selecting:
    """The network policies of an estate, by namespace; those that may select the same pods are combined."""

    def __init__(self, estate: Estate) -> None:
        self._by_namespace: dict[str, list[Value]] = {}
        self._bounds: dict[tuple[str, str], tuple[RuleBounds, ...]] = {}
        self._judged: dict[tuple[str, str, tuple[int, ...]], InForce] = {}
        for policy in estate.of(NETWORK_POLICY):
            try:
                self._by_namespace.setdefault(namespace_of(policy), []).append(policy)
            except (TypeError, UnknownValue):
                continue  # judged alone

    def judged(self, entry: Value, direction: str, widest: tuple[int, ...]) -> InForce:
        """The combined rules of every policy that may select a pod that the policy of `entry` selects."""
        key = entry.resource.urn, direction, widest
        if key not in self._judged:
            policy_ = root(entry.resource)
            try:
                others = self._by_namespace.get(namespace_of(policy_), [])
            except UnknownValue:
                others = []
            policies = [
                policy_,
                *(each for each in others if each.resource.urn != key[0] and not _disjoint(policy_, each)),
            ]
            bounds = [side for policy in policies for side in self._bounds_of(policy, direction)]
            self._judged[key] = in_force(bounds, widest, lambda boxes: everything(boxes, widest))
        return self._judged[key]

    def _bounds_of(self, policy: Value, direction: str) -> tuple[RuleBounds, ...]:
        key = policy.resource.urn, direction
        if key not in self._bounds:
            self._bounds[key] = tuple(_all_bounds(policy, direction))
        return self._bounds[key]


def _rules(policy: Value, direction: str) -> Iterator[Value]:
    try:
        yield from places(policy, f"spec.{direction}[*]")
    except (TypeError, UnknownValue):
        return  # reported by the policy's own verdict


def _all_bounds(policy: Value, direction: str) -> Iterator[RuleBounds]:
    for entry in _rules(policy, direction):
        with suppress(TypeError):  # an invalid rule is reported by its own verdict
            yield _rule_bounds(entry, direction)


def _rule_bounds(entry: Value, direction: str) -> RuleBounds:
    """The bounds of the rule. Raises TypeError for an invalid rule."""
    if entry.raw is UNKNOWN:
        return RuleBounds(entry, None, Box(True, ANYONE, ANYONE), entry, FIRST)
    doubts: list[Value] = []
    least, most = _peers(entry[_PEERS[direction]], doubts)
    least_ports, most_ports = _ports(entry["ports"], doubts)
    doubt = doubts[0] if doubts else None
    return RuleBounds(entry, Box(True, least, ANYONE, least_ports), Box(True, most, ANYONE, most_ports), doubt, FIRST)


def _peers(peers: Value, doubts: list[Value]) -> tuple[Addresses, Addresses]:
    """The lower and upper bound of the addresses of peers; a missing or empty list means every address."""
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
    """The lower and upper bound of the ports; a missing or empty list means every port."""
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
        elif (low := _number(each["port"])) is not None:  # a named port is one port
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


def _disjoint(one: Value, other: Value) -> bool:
    """Whether no pod matches both policies."""
    left, right = _wanted(one), _wanted(other)
    return any(not left[key] & right[key] for key in left.keys() & right.keys())


def _wanted(policy: Value) -> dict[str, frozenset[str]]:
    """The label values that a policy's selector accepts, for labels with explicit values."""
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
    """The block to report: one that is open, or else public, or else the list."""
    peers = entry[_PEERS[direction]]
    known = [peer for peer in peers.each() if peer.raw is not UNKNOWN and _peer(peer, [])[0]]
    wide = [peer for peer in known if is_open(_peer(peer, [])[0], widest)]
    outside = [peer for peer in known if public(_peer(peer, [])[0])]
    found = next(iter(wide or outside), None)
    return peers if found is None else found if found["ipBlock"].raw is None else found.at("ipBlock.cidr")
