"""Compares two estates: overlapping address ranges, colliding names, and components that both pay for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from ipaddress import IPv4Network
from typing import Final

from bluelamp.infra.checks.environments import used
from bluelamp.infra.settings.written import WrittenSettings
from bluelamp.merging.estate import Estate
from bluelamp.planning import Plan
from bluelamp.pricing.model import HARDWARE, NONE, Costs, Kind, Line, total

_UNIQUE: Final = ("accountName", "vaultName", "workspaceName", "registryName", "serverName", "namespaceName")
"""Properties that name a resource beyond its resource group."""


@dataclass(frozen=True)
class Overlap:
    """Two overlapping ranges, one of each force, each with its purpose."""

    first: str
    second: str


@dataclass(frozen=True)
class Duplicate:
    """A component that both forces have, with each one's number of resources and cost in GBP a month.

    `unpriced` is the number of charges without a price, of both.
    """

    component: str
    first: int
    second: int
    first_cost: Decimal = Decimal(0)
    second_cost: Decimal = Decimal(0)
    unpriced: int = 0

    @property
    def cheaper(self) -> int | None:
        """0 or 1, the force whose component costs less; None if the costs are equal or a price is missing."""
        if self.unpriced or self.first_cost == self.second_cost:
            return None
        return 0 if self.first_cost < self.second_cost else 1


def overlaps(first: Estate, second: Estate) -> list[Overlap]:
    """Overlapping ranges of the two forces' networks and premises."""
    return [
        Overlap(f"{name} {net}", f"{other} {theirs}")
        for name, net in _ranges(first)
        for other, theirs in _ranges(second)
        if net.overlaps(theirs)
    ]


def _ranges(estate: Estate) -> Iterator[tuple[str, IPv4Network]]:
    yield from ((name, net) for _, name, net in used(WrittenSettings(estate.settings)))
    yield from estate.entry.allocation.ranges().items()


def duplicates(first: Costs, second: Costs) -> list[Duplicate]:
    """The components with the same name in both forces, such as `hub`, with the resources and cost of each."""
    mine, theirs = _components(first), _components(second)
    return [
        Duplicate(
            name,
            _resources(mine[name]),
            _resources(theirs[name]),
            total(mine[name]),
            total(theirs[name]),
            sum(line.kind is Kind.UNPRICED for line in mine[name] + theirs[name]),
        )
        for name in sorted(mine.keys() & theirs.keys())
    ]


def _components(costs: Costs) -> dict[str, tuple[Line, ...]]:
    """The cost lines of each component with a resource; on-premises hardware counts with its component."""
    found: dict[str, list[Line]] = {}
    for line in costs.lines:
        found.setdefault(line.owner.component, []).append(line)
    return {name: tuple(lines) for name, lines in found.items() if name != NONE and _resources(lines)}


def _resources(lines: Sequence[Line]) -> int:
    return len({line.urn for line in lines if not line.type.startswith(HARDWARE)})


def same_names(first: Plan, second: Plan) -> list[tuple[str, str]]:
    """The type and name of each resource in both plans whose name must be unique in Azure."""
    return sorted(_named(first) & _named(second))


def _named(plan: Plan) -> set[tuple[str, str]]:
    return {(each.type, name) for each in plan.managed for name in _physical(each.inputs)}


def _physical(inputs: Mapping[str, object]) -> list[str]:
    return [value for key in _UNIQUE if isinstance(value := inputs.get(key), str)]
