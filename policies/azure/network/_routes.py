"""Routes directly to the Internet: the combined result of the routes of one table."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from bluelamp.core.resource import UNKNOWN
from bluelamp.policies.addresses import ANYONE, named_by
from bluelamp.policies.azure._families import Family, Kin
from bluelamp.policies.estate import Estate
from bluelamp.policies.in_force import InForce, Sided, in_force, key_of, named
from bluelamp.policies.traffic import Box, admitted
from bluelamp.policies.value import Value

ROUTE_TABLE: Final = "azure-native:network:RouteTable"
ROUTE: Final = "azure-native:network:Route"

_ROUTES: Final = Kin(ROUTE_TABLE, "routeTableName", (ROUTE,), "routes[*]")
_ANY_PORT: Final = (1,)


def led_to_internet(route: Value, estate: Estate, widest: tuple[int, ...]) -> str | None:
    """The routes with which `route` leads in effect everything straight to the Internet, empty where it does so alone.

    None when it does not. Raises `UnknownValue`.
    """
    family = _ROUTES.family(route, estate)
    widest = tuple(widest)
    if widest not in family.memo:
        family.memo[widest] = in_force(_sides(family), widest, lambda boxes: admitted(boxes, _ANY_PORT))
    judged: InForce = family.memo[widest]
    if key_of(route) not in judged.sides:
        _side(route)  # what is wrong with it has to be said
    others = judged.opened(key_of(route))
    return None if others is None else named(others, "addressPrefix")


def _sides(family: Family) -> Iterator[Sided]:
    for part in family.parts:
        with suppress(TypeError):  # another route's mistake is told where that route is judged
            side = _side(part)
            if side is not None:
                yield side


def _side(route: Value) -> Sided | None:
    """The route as a box, None when it certainly leads elsewhere. Raises TypeError for what is no route."""
    if route.raw is UNKNOWN:
        return Sided(route, None, Box(True, ANYONE, ANYONE), route, None)
    hop, prefix = route["nextHopType"], route["addressPrefix"]
    if hop.raw is not UNKNOWN and hop.text().strip() != "internet":
        return None
    found = named_by(prefix.raw)
    doubt = prefix if found is None else hop if hop.raw is UNKNOWN else None
    box = Box(True, ANYONE if found is None else found, ANYONE)
    return Sided(route, box if doubt is None else None, box, doubt, None)
