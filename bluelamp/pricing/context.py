"""The context of a pricing function, and functions to create charges and read properties."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from bluelamp.core.resource import UNKNOWN, Resource
from bluelamp.pricing.model import Charge, Inventory, Kind
from bluelamp.pricing.snapshot import MONTHS, Prices
from bluelamp.pricing.usage import Usage

Pricing = Callable[[Resource, "Context"], Iterable[Charge]]
"""A pricing function: the charges of a resource."""

Tier = tuple[str, Decimal | None]
"""A meter (empty for a free tier) and the upper limit of its amount; None for no limit."""

_ABSENT: Final = object()


class UnknownPropertyError(Exception):
    """The cost depends on the property at a path, which is not known before deployment."""


@dataclass(frozen=True)
class Context:
    """The usage, the prices and the other resources of the estate."""

    usage: Usage
    prices: Prices
    inventory: Inventory

    def fixed(self, meter: str, what: str, count: int | Decimal = 1, basis: str = "") -> Charge:
        """A fixed charge, from the resource's settings."""
        return self.charge(meter, what, Decimal(count), Kind.FIXED, basis)

    def used(self, meter: str, what: str, key: str, resource: Resource) -> Charge:
        """A usage charge, for the resource's usage `key`."""
        amount = self.usage.of(key, resource.name)
        return self.charge(meter, what, amount.value, Kind.USAGE, amount.basis)

    def charge(self, meter: str, what: str, count: Decimal, kind: Kind, basis: str) -> Charge:
        """A charge by a meter of the snapshot; unpriced if the snapshot does not have the meter."""
        if self.prices.find(meter) is not None:
            return Charge(what, kind, meter, count, basis)
        like = self.prices.like(meter)
        return unpriced(what, f"no price for {meter} in the snapshot" + (f"; the nearest is {like}" if like else ""))

    def tiered(self, tiers: Iterable[Tier], what: str, amount: Decimal, kind: Kind, basis: str) -> Iterator[Charge]:
        """A charge for each tier that is used; at least one, which may be for an amount of zero."""
        start, charged = Decimal(0), False
        for meter, end in tiers:
            in_tier = max(Decimal(0), (amount if end is None else min(amount, end)) - start)
            if meter and (in_tier or not charged):
                charged = True
                yield self.charge(meter, what, in_tier, kind, basis)
            start = start if end is None else end

    def first(self, resource: Resource) -> bool:
        """Whether the resource is the first of its type, which carries the charges that an estate has once."""
        return self.inventory.place(resource.type, resource.urn) == 0


def unpriced(what: str, why: str) -> Charge:
    """A charge without a price."""
    return Charge(what, Kind.UNPRICED, basis=why)


def free(why: str) -> Charge:
    """A charge of nothing, with the reason."""
    return Charge("no charge", Kind.FREE, basis=why)


def at(resource: Resource, path: str, default: Any = None) -> Any:
    """The property at a path of keys (`sku.tier`); `default` if it is missing.

    Raises `UnknownPropertyError` if it is not known before deployment.
    """
    value: Any = known(resource.properties, path)
    for key in path.split("."):
        value = known(value.get(key, _ABSENT), path) if isinstance(value, Mapping) else _ABSENT
    return value if isinstance(value, (str, int, float, bool, Mapping, list, tuple)) else default


def known(value: Any, path: str) -> Any:
    """`value`, which is at `path`. Raises `UnknownPropertyError` if it is not known before deployment."""
    if value is UNKNOWN:
        raise UnknownPropertyError(path)
    return value


def count_at(resource: Resource, path: str, default: int) -> int:
    """The non-negative integer at a path; `default` if there is none. Raises as `at` does."""
    value = at(resource, path)
    found = value if isinstance(value, int) and not isinstance(value, bool) else _whole(value, default)
    return max(0, found)


def _whole(value: Any, default: int) -> int:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return int(value) if isinstance(value, str) and value.isdecimal() else default


def text_at(resource: Resource, path: str, default: str = "") -> str:
    """The string at a path; `default` if there is none. Raises as `at` does."""
    value = at(resource, path)
    return value if isinstance(value, str) else default


def list_at(resource: Resource, path: str) -> list[Any]:
    """The list at a path; empty if there is none. Raises as `at` does, also for an item."""
    value = at(resource, path)
    return [known(item, path) for item in value] if isinstance(value, (list, tuple)) else []


def months_of(unit: str) -> Decimal:
    """The number of `unit` in a month."""
    return MONTHS[unit]
