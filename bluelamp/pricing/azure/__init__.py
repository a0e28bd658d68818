"""Pricing functions by resource type. Each module has `PRICED`, and `FREE` with the reason; they are discovered.

A pricing function depends on what is known before deployment only, so that a plan and the state that it leads to cost
the same.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from bluelamp.core.resource import Resource
from bluelamp.pricing.context import Context, Pricing, free
from bluelamp.pricing.model import Charge


@cache
def pricing() -> Mapping[str, Pricing]:
    """The pricing function of each type of azure-native, by token. Raises `ValueError` where a type has two."""
    found: dict[str, Pricing] = {}
    for module in sorted(each.name for each in iter_modules(__path__)):
        loaded = import_module(f"{__name__}.{module}")
        own: dict[str, Pricing] = dict(getattr(loaded, "PRICED", {}))
        own |= {name: _free(why) for name, why in getattr(loaded, "FREE", {}).items()}
        for name, function in own.items():
            token = f"azure-native:{name}"
            if token in found:
                raise ValueError(f"{token} has two pricing functions; one is in {loaded.__name__}")
            found[token] = function
    return found


def _free(why: str) -> Pricing:
    def price(_resource: Resource, _context: Context) -> tuple[Charge, ...]:
        return (free(why),)

    return price
