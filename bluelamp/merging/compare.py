"""What two estates have in common: address ranges that overlap, names that collide, components that both pay for."""

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
    """Two ranges, one of each force, with common addresses, and what each is for."""

    first: str
    second: str


@dataclass(frozen=True)
class Duplicate:
    """A component that both forces have, how many resources each has for it, and what those cost: GBP a month.

    `unpriced` are the charges of either that have no price.
    """

    component: str
    first: int
    second: int
    first_cost: Decimal = Decimal(0)
    second_cost: Decimal = Decimal(0)
    unpriced: int = 0

    @property
    def cheaper(self) -> int | None:
        """0 or 1, the force whose component costs less; None where they cost the same or a price is missing."""
        if self.unpriced or self.first_cost == self.second_cost:
            return None
        return 0 if self.first_cost < self.second_cost else 1


def overlaps(first: Estate, second: Estate) -> list[Overlap]:
    """Ranges of the two forces' networks and premises that overlap."""
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
    """The components that both forces have by the same name, such as `hub`, with the resources and cost of each."""
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
    """The lines of each component that has a resource; what is on premises counts with its component."""
    found: dict[str, list[Line]] = {}
    for line in costs.lines:
        found.setdefault(line.owner.component, []).append(line)
    return {name: tuple(lines) for name, lines in found.items() if name != NONE and _resources(lines)}


def _resources(lines: Sequence[Line]) -> int:
    return len({line.urn for line in lines if not line.type.startswith(HARDWARE)})


def same_names(first: Plan, second: Plan) -> list[tuple[str, str]]:
    """The type and name of each resource that both plans have where Azure takes a name once: these collide."""
    return sorted(_named(first) & _named(second))


def _named(plan: Plan) -> set[tuple[str, str]]:
    return {(each.type, name) for each in plan.managed for name in _physical(each.inputs)}


def _physical(inputs: Mapping[str, object]) -> list[str]:
    return [value for key in _UNIQUE if isinstance(value := inputs.get(key), str)]
