"""Routes that lead straight to the Internet: what those of one table add up to."""

from typing import Final

from policies.addresses import ANYONE, parsed
from policies.azure._families import Kin
from policies.estate import Estate
from policies.in_force import InForce, Sided, in_force, key_of, named
from policies.model import UNKNOWN
from policies.traffic import Box, admitted
from policies.value import UnknownValue, Value

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
        sides = (_side(part) for part in family.parts)
        asked = (side for side in sides if side is not None)
        family.memo[widest] = in_force(asked, widest, lambda boxes: admitted(boxes, _ANY_PORT))
    judged: InForce = family.memo[widest]
    others = judged.opened(key_of(route))
    return None if others is None else named(others, "addressPrefix")


def _side(route: Value) -> Sided | None:
    try:
        hop, prefix = route["nextHopType"], route["addressPrefix"]
        if hop.raw is not UNKNOWN and hop.text().strip() != "internet":
            return None
        found = None if prefix.raw is UNKNOWN else parsed(prefix.text())
    except UnknownValue as unknown:
        return Sided(route, None, Box(True, ANYONE, ANYONE), unknown.value, None)
    except TypeError:
        return None
    if found is None:
        return Sided(route, None, Box(True, ANYONE, ANYONE), hop if hop.raw is UNKNOWN else prefix, None)
    box = Box(True, found, ANYONE)
    return Sided(route, None if hop.raw is UNKNOWN else box, box, hop if hop.raw is UNKNOWN else None, None)
