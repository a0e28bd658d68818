"""Small estates for cost tests."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from bluelamp.core.resource import Resource
from bluelamp.pricing.hardware import Hardware
from bluelamp.pricing.model import Costs, Kind
from bluelamp.pricing.price import Estate, price
from bluelamp.pricing.snapshot import Prices, load
from bluelamp.pricing.usage import Usage

DAY = date(2026, 11, 30)


def resource(type_: str, properties: Mapping[str, Any] | None = None, name: str = "one") -> Resource:
    """An azure-native resource outside any component."""
    token = f"azure-native:{type_}"
    stack = "urn:pulumi:kent::bluelamp::pulumi:pulumi:Stack::bluelamp-kent"
    return Resource(f"urn:pulumi:kent::bluelamp::{token}::{name}", token, name, properties or {}, parent=stack)


def cost_of(
    resources: Iterable[Resource],
    usage: Usage | None = None,
    hardware: Hardware | None = None,
    prices: Prices | None = None,
) -> Costs:
    """The cost of resources on a day when the snapshot is new."""
    estate = Estate("kent", tuple(resources))
    return price(estate, usage or Usage(), hardware or Hardware(), prices=prices or load(), day=DAY)


def used(**amounts: float | str) -> Usage:
    """Use by key, for every resource."""
    return Usage({key: Decimal(str(value)) for key, value in amounts.items()}, file="stacks/kent/usage.yaml")


def lines(costs: Costs) -> dict[str, tuple[str, str]]:
    """The month and the kind of each charge, by purpose."""
    return {line.what: (str(line.monthly), str(line.kind)) for line in costs.lines if line.kind is not Kind.FREE}
