"""What a pricing function gets beside its resource, and how it says what is charged."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from bluelamp.core.resource import UNKNOWN, Resource
from bluelamp.pricing.model import Charge, Inventory, Kind
from bluelamp.pricing.snapshot import MONTHS, Prices
from bluelamp.pricing.usage import Usage

Pricing = Callable[[Resource, "Context"], Iterable[Charge]]
"""What a resource is charged for."""

Tier = tuple[str, Decimal | None]
"""A meter, empty for what is free, and the amount up to which it counts; None for no end."""

_ABSENT: Final = object()


class NotKnownError(Exception):
    """What a resource costs depends on the property at a path, which is not known before deployment."""


@dataclass(frozen=True)
class Context:
    """The use, the prices and the other resources of the estate."""

    usage: Usage
    prices: Prices
    inventory: Inventory

    def fixed(self, meter: str, what: str, count: int | Decimal = 1, basis: str = "") -> Charge:
        """A charge that follows from the resource's settings."""
        return self.charge(meter, what, Decimal(count), Kind.FIXED, basis)

    def used(self, meter: str, what: str, key: str, resource: Resource) -> Charge:
        """A charge for the use `key` of the resource."""
        amount = self.usage.of(key, resource.name)
        return self.charge(meter, what, amount.value, Kind.USAGE, amount.basis)

    def charge(self, meter: str, what: str, count: Decimal, kind: Kind, basis: str) -> Charge:
        """A charge by a meter of the snapshot; unpriced, with the nearest meter, where the snapshot has none."""
        if self.prices.find(meter) is not None:
            return Charge(what, kind, meter, count, basis)
        like = self.prices.like(meter)
        return unpriced(what, f"no price for {meter} in the snapshot" + (f"; the nearest is {like}" if like else ""))

    def tiered(self, tiers: Iterable[Tier], what: str, amount: Decimal, kind: Kind, basis: str) -> Iterator[Charge]:
        """A charge for each tier of which anything is used; at least one, which may be of nothing."""
        below, said = Decimal(0), False
        for meter, end in tiers:
            here = max(Decimal(0), (amount if end is None else min(amount, end)) - below)
            if meter and (here or not said):
                said = True
                yield self.charge(meter, what, here, kind, basis)
            below = below if end is None else end

    def first(self, resource: Resource) -> bool:
        """Whether the resource is the first of its type: what is charged once of an estate is charged of that one."""
        return self.inventory.place(resource.type, resource.urn) == 0


def unpriced(what: str, why: str) -> Charge:
    """A charge without a price."""
    return Charge(what, Kind.UNPRICED, basis=why)


def free(why: str) -> Charge:
    """Nothing is charged."""
    return Charge("no charge", Kind.FREE, basis=why)


def at(resource: Resource, path: str, default: Any = None) -> Any:
    """The property at a path of keys (`sku.tier`); `default` where it is absent.

    Raises `NotKnownError` where it is not known before deployment.
    """
    value: Any = known(resource.properties, path)
    for key in path.split("."):
        value = known(value.get(key, _ABSENT), path) if isinstance(value, Mapping) else _ABSENT
    return value if isinstance(value, (str, int, float, bool, Mapping, list, tuple)) else default


def known(value: Any, path: str) -> Any:
    """`value`, which is at `path`. Raises `NotKnownError` where it is not known before deployment."""
    if value is UNKNOWN:
        raise NotKnownError(path)
    return value


def count_at(resource: Resource, path: str, default: int) -> int:
    """The whole number from 0 at a path; `default` where there is none. Raises as `at` does."""
    value = at(resource, path)
    found = value if isinstance(value, int) and not isinstance(value, bool) else _whole(value, default)
    return max(0, found)


def _whole(value: Any, default: int) -> int:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return int(value) if isinstance(value, str) and value.isdecimal() else default


def text_at(resource: Resource, path: str, default: str = "") -> str:
    """The text at a path; `default` where there is none. Raises as `at` does."""
    value = at(resource, path)
    return value if isinstance(value, str) else default


def list_at(resource: Resource, path: str) -> list[Any]:
    """The list at a path; an empty one where there is none. Raises as `at` does, also for an item."""
    value = at(resource, path)
    return [known(each, path) for each in value] if isinstance(value, (list, tuple)) else []


def months_of(unit: str) -> Decimal:
    """How many of `unit` one thing uses in a month."""
    return MONTHS[unit]
