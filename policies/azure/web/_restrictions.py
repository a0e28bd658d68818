"""The combined effect of access restrictions of web and container apps, in order of priority."""

from typing import Final

from bluelamp.core.resource import UNKNOWN
from bluelamp.policies.addresses import ANYONE, Addresses, named_by
from bluelamp.policies.in_force import FIRST, InForce, RuleBounds, in_force
from bluelamp.policies.traffic import Box, admitted
from bluelamp.policies.value import Value

_ANY_PORT: Final = (1,)


def restrictions_of(entries: Value, widest: tuple[int, ...]) -> InForce | None:
    """The combined restrictions; None if there are none. Raises `UnknownValue` if the list is unknown."""
    listed = list(entries.each())
    if not listed:
        return None
    bounds = [bound for number, entry in enumerate(listed) if (bound := _bounds(entry, number)) is not None]
    return in_force(bounds, tuple(widest), lambda boxes: admitted(boxes, _ANY_PORT))


def _bounds(entry: Value, number: int) -> RuleBounds | None:
    if entry.raw is UNKNOWN:
        return RuleBounds(entry, None, Box(True, ANYONE, ANYONE), entry, None)
    action, order = entry["action"], _order(entry, number)
    found = _sources(entry)
    doubt = action if action.raw is UNKNOWN else entry if found is None or order is None else None
    most = Box(True, ANYONE if found is None else found, ANYONE)
    if action.raw is UNKNOWN:
        return RuleBounds(entry, None, most, doubt, order)
    if action.text("Allow").strip() != "deny":
        limited = bool(entry.known.get("headers"))
        least = None if found is None or limited else most
        return RuleBounds(entry, least, None if limited else most, doubt, FIRST if order is None else order)
    denies = Box(False, most.sources, ANYONE)
    return RuleBounds(
        entry, None if found is None or order is None else Box(False, found, ANYONE), denies, doubt, order
    )


def _order(entry: Value, number: int) -> float | None:
    """The priority; for a container app, which has none, the position in the list."""
    priority = entry.known.get("priority")
    if priority is UNKNOWN:
        return None
    return float(priority) if isinstance(priority, (int, float)) else float(number)


def _sources(entry: Value) -> Addresses | None:
    """The sources of the entry; None if unknown or not a range."""
    for name in ("ipAddress", "ipAddressRange"):
        if entry.known.get(name) is not None:
            return named_by(entry[name].raw)
    return Addresses(names=frozenset({"subnet"})) if entry.known.get("vnetSubnetResourceId") else None
