"""Routes directly to the Internet: the combined effect of the routes of one table."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from bluelamp.core.resource import UNKNOWN
from bluelamp.policies.addresses import ANYONE, named_by
from bluelamp.policies.azure._families import Family, FamilyKind
from bluelamp.policies.estate import Estate
from bluelamp.policies.in_force import InForce, RuleBounds, in_force, key_of, named
from bluelamp.policies.traffic import Box, admitted
from bluelamp.policies.value import Value

ROUTE_TABLE: Final = "azure-native:network:RouteTable"
ROUTE: Final = "azure-native:network:Route"

_ROUTES: Final = FamilyKind(ROUTE_TABLE, "routeTableName", (ROUTE,), "routes[*]")
_ANY_PORT: Final = (1,)


def leads_to_internet(route: Value, estate: Estate, widest: tuple[int, ...]) -> str | None:
    """The other routes with which `route` routes in effect everything directly to the Internet; empty if it does alone.

    None if it does not. Raises `UnknownValue`.
    """
    family = _ROUTES.family(route, estate)
    widest = tuple(widest)
    if widest not in family.memo:
        family.memo[widest] = in_force(_all_bounds(family), widest, lambda boxes: admitted(boxes, _ANY_PORT))
    judged: InForce = family.memo[widest]
    if key_of(route) not in judged.bounds:
        _bounds(route)  # raises for an invalid route
    others = judged.opened(key_of(route))
    return None if others is None else named(others, "addressPrefix")


def _all_bounds(family: Family) -> Iterator[RuleBounds]:
    for part in family.parts:
        with suppress(TypeError):  # an invalid route is reported by its own verdict
            bounds = _bounds(part)
            if bounds is not None:
                yield bounds


def _bounds(route: Value) -> RuleBounds | None:
    """The bounds of the route; None if it certainly has another next hop. Raises TypeError for an invalid route."""
    if route.raw is UNKNOWN:
        return RuleBounds(route, None, Box(True, ANYONE, ANYONE), route, None)
    hop, prefix = route["nextHopType"], route["addressPrefix"]
    if hop.raw is not UNKNOWN and hop.text().strip() != "internet":
        return None
    found = named_by(prefix.raw)
    doubt = prefix if found is None else hop if hop.raw is UNKNOWN else None
    box = Box(True, ANYONE if found is None else found, ANYONE)
    return RuleBounds(route, box if doubt is None else None, box, doubt, None)
