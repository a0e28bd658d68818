"""The combined effect of the network rule collections of one Azure Firewall or policy."""

from collections.abc import Iterable, Iterator
from typing import Final

from bluelamp.core.resource import UNKNOWN
from bluelamp.policies.addresses import ANYONE, Addresses, named_by, union
from bluelamp.policies.azure._families import Family, FamilyKind
from bluelamp.policies.estate import Estate, kind_of
from bluelamp.policies.in_force import InForce, RuleBounds, in_force, key_of, named
from bluelamp.policies.traffic import ALL_PORTS, Box, everything, ports_of
from bluelamp.policies.value import UnknownValue, Value, places, root, some

FIREWALL: Final = "azure-native:network:AzureFirewall"
FIREWALL_POLICY: Final = "azure-native:network:FirewallPolicy"
RULE_COLLECTIONS: Final = "azure-native:network:FirewallPolicyRuleCollectionGroup"
IP_GROUP: Final = "azure-native:network:IpGroup"
COLLECTIONS: Final = {RULE_COLLECTIONS: "ruleCollections[*]", FIREWALL: "networkRuleCollections[*]"}

_POLICIES: Final = FamilyKind(FIREWALL_POLICY, "firewallPolicyName", (RULE_COLLECTIONS,))
_UDP: Final = 65536


def everything_of(collection: Value, estate: Estate, widest: tuple[int, ...]) -> tuple[Value, str] | None:
    """The rule of `collection` that allows in effect everything, and the other rules that contribute.

    None if there is none. Raises `UnknownValue`.
    """
    judged = _in_force_with(collection, estate, tuple(widest))
    if any(key_of(each) not in judged.bounds for each in collection["rules"].each()):
        list(_of_collection(root(collection.resource), collection, estate))  # raises for an invalid rule
    entry = some(collection["rules"].each(), lambda each: judged.opened(key_of(each)) is not None)
    return None if entry is None else (entry, named(judged.opened(key_of(entry)) or (), "sourceAddresses"))


def _in_force_with(collection: Value, estate: Estate, widest: tuple[int, ...]) -> InForce:
    of_policy = collection.resource.type.endswith(":FirewallPolicyRuleCollectionGroup")
    family = _POLICIES.family(collection, estate) if of_policy else Family([root(collection.resource)])
    if widest not in family.memo:
        bounds = [bound for part in family.parts for bound in _all_bounds(part, estate)]
        family.memo[widest] = in_force(bounds, widest, lambda boxes: everything(boxes, widest))
    judged: InForce = family.memo[widest]
    return judged


def _all_bounds(part: Value, estate: Estate) -> Iterator[RuleBounds]:
    pattern = COLLECTIONS[FIREWALL if part.resource.type.endswith(":AzureFirewall") else RULE_COLLECTIONS]
    try:
        collections = list(places(part, pattern))
    except TypeError:
        return  # reported by the resource's own verdict
    for collection in collections:
        try:
            yield from _of_collection(part, collection, estate)
        except UnknownValue as unknown:
            most = Box(True, ANYONE, ANYONE, _ports([ALL_PORTS]))
            yield RuleBounds(collection, None, most, unknown.value, None)
        except TypeError:
            continue  # reported by the collection's own verdict


def _of_collection(part: Value, collection: Value, estate: Estate) -> Iterator[RuleBounds]:
    kind = collection["action"]["type"]
    action = kind.text().strip()
    if action in {"dnat", "snat"}:
        return
    if action not in {"allow", "deny"}:
        raise UnknownValue(kind, "a collection of filter rules either allows or denies")
    order = _order(_optional(part, "priority")) * 1e6 + _order(collection["priority"])
    for entry in collection["rules"].each():
        if entry.raw is UNKNOWN:
            yield RuleBounds(entry, None, Box(action == "allow", ANYONE, ANYONE, _ports([ALL_PORTS])), entry, order)
            continue
        doubts: list[Value] = []
        sources, any_source = _set(entry, "source", doubts, estate)
        targets, any_target = _set(entry, "destination", doubts, estate)
        spans = []
        for value in entry["destinationPorts"].each():
            found = None if value.raw is UNKNOWN else ports_of(str(value.raw))
            if found is None:
                doubts.append(value)
            else:
                spans.append(found)
        any_port = len(spans) < len(list(entry["destinationPorts"].each()))
        allows = action == "allow"
        protocols = {each.text() for name in ("ipProtocols", "protocols") for each in _texts(_optional(entry, name))}
        if not allows and not protocols & {"any", "*"} and not {"tcp", "udp"} <= protocols:
            continue  # the remaining traffic of other protocols is not evaluated
        least = Box(allows, sources, targets, _ports(spans))
        most = Box(
            allows,
            ANYONE if any_source else sources,
            ANYONE if any_target else targets,
            _ports([ALL_PORTS] if any_port else spans),
        )
        yield RuleBounds(entry, least, most, doubts[0] if doubts else None, order)


def _order(priority: Value) -> float:
    return float(priority.raw) if isinstance(priority.raw, (int, float)) else 0.0


def _ports(spans: Iterable[tuple[tuple[int, int], ...]]) -> tuple[tuple[int, int], ...]:
    """The ports for both protocols; a rule for one of them counts for both."""
    return tuple((low + add, high + add) for each in spans for low, high in each for add in (0, _UDP))


def _texts(value: Value) -> Iterator[Value]:
    """The text items of a list; in application rules the items are objects."""
    return (each for each in value.each() if isinstance(each.raw, str))


def _set(entry: Value, end: str, doubts: list[Value], estate: Estate) -> tuple[Addresses, bool]:
    """The known addresses of one end of the rule, and whether there may be others."""
    found: list[Addresses] = []
    before = len(doubts)
    for value in _items(entry[f"{end}Addresses"]):
        named = named_by(value.raw)
        if named is None:
            doubts.append(value)
        else:
            found.append(named)
    for value in _items(_optional(entry, f"{end}Fqdns")):
        if value.raw is UNKNOWN:
            doubts.append(value)
        else:
            found.append(ANYONE if value.text().strip() == "*" else Addresses(names=frozenset({value.text()})))
    for value in _items(entry[f"{end}IpGroups"]):
        known = _of_group(value, estate)
        if known is None:
            doubts.append(value)
        else:
            found.append(known)
    return union(found), len(doubts) > before


def _of_group(identifier: Value, estate: Estate) -> Addresses | None:
    """The addresses of an IP group; None if any is unknown."""
    if identifier.raw is UNKNOWN:
        urns = [urn for urn in identifier.references if kind_of(urn) == IP_GROUP]
        groups = [group for group in estate.of(IP_GROUP) if [group.resource.urn] == urns]
    else:
        name = identifier.text().rstrip("/").rpartition("/")[2]
        groups = [group for group in estate.of(IP_GROUP) if str(group["ipGroupsName"].raw).casefold() == name]
    items = [item for group in groups for item in _items(group["ipAddresses"])]
    found = [named_by(item.raw) for item in items]
    return None if not groups or None in found else union(each for each in found if each)


def _items(value: Value) -> Iterable[Value]:
    return (value,) if value.raw is UNKNOWN or isinstance(value.raw, str) else value.each()


def _optional(entry: Value, name: str) -> Value:
    """The property `name`, which only some kinds of rules have."""
    return entry[name] if name in entry.known else Value(entry.resource, None, entry, name)
