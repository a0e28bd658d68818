"""Pricing functions by resource type. Modules are discovered; each has `PRICED`, or `FREE` types with the reason.

A pricing function uses only properties that are known before deployment, so that a plan and its deployed state cost the
same.
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
    """The pricing functions of azure-native types, by type token. Raises `ValueError` if a type has two."""
    found: dict[str, Pricing] = {}
    for module in sorted(item.name for item in iter_modules(__path__)):
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
