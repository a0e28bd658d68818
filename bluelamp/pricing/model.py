"""The cost model: charges, lines and the costs of a force."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Final

from bluelamp.core.resource import Resource

if TYPE_CHECKING:
    from bluelamp.pricing.snapshot import Price

PENNY: Final = Decimal("0.01")
"""Lines are rounded to this unit, once, so that every sum of lines is exact."""

HARDWARE: Final = "bluelamp:cost:"
"""The prefix of the types of lines for a force's own hardware."""

NONE: Final = "none"
"""The group of lines without a component, milestone and so on."""


class Kind(StrEnum):
    """How a charge is determined."""

    FIXED = "fixed"
    """From the resource's settings."""
    USAGE = "usage"
    """From assumed usage, in `usage.yaml` or the defaults."""
    FREE = "free"
    UNPRICED = "unpriced"
    """Chargeable, but no price is known."""


class Spend(StrEnum):
    """Whether spend contributes to the roadmap."""

    STRATEGIC = "strategic"
    TACTICAL = "tactical"


class By(StrEnum):
    """Groupings of costs."""

    FORCE = "force"
    ENVIRONMENT = "environment"
    COMPONENT = "component"
    MODULE = "module"
    MILESTONE = "milestone"
    SPEND = "spend"
    RESOURCE = "resource"


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge for a resource.

    `meter` is a key of the price snapshot, empty if the charge is free or unpriced. `count` is the number of units:
    instances for an hourly meter, GB for a meter per GB. `basis` is the assumption, or why the charge is free or
    unpriced. `price` is the meter's price if the snapshot does not have it under its key, and `unit_price` replaces its
    amount, for a derived price.
    """

    what: str
    kind: Kind
    meter: str = ""
    count: Decimal = Decimal(1)
    basis: str = ""
    unit_price: Decimal | None = None
    unit: str = ""
    price: "Price | None" = None


@dataclass(frozen=True, slots=True)
class Owner:
    """The groups of a resource. `component` and `module` are `none` outside a component."""

    force: str
    environment: str
    component: str
    module: str
    milestone: str
    spend: Spend


@dataclass(frozen=True, slots=True)
class Line:
    """A charge for a resource in a month of 730 hours.

    `unit_price` is in GBP without VAT per `unit`, `monthly` is `quantity` x `unit_price`, rounded to the penny. `stale`
    is whether the price is older than `STALE_DAYS`, `elsewhere` whether it is for another region than the resource's.
    """

    owner: Owner
    urn: str
    type: str
    name: str
    what: str
    kind: Kind
    meter: str = ""
    quantity: Decimal = Decimal(0)
    unit: str = ""
    unit_price: Decimal = Decimal(0)
    monthly: Decimal = Decimal(0)
    basis: str = ""
    source: str = ""
    dated: date | None = None
    stale: bool = False
    elsewhere: bool = False
    region: str = ""


@dataclass(frozen=True)
class Costs:
    """The costs of a force: its lines, sorted by URN, and the day for which prices are checked for staleness."""

    stack: str
    day: date
    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> Decimal:
        """GBP a month, to the penny, of all lines."""
        return total(self.lines)

    def of(self, kind: Kind) -> Decimal:
        """GBP a month of lines of a kind."""
        return total(line for line in self.lines if line.kind is kind)

    def by(self, what: By) -> dict[str, Decimal]:
        """GBP a month by group, sorted by group. The sum is `total`."""
        return grouped(self.lines, what)

    @property
    def coverage(self) -> "Coverage":
        """The number of resources by kind of price, without a force's own hardware."""
        kinds: dict[str, set[Kind]] = {}
        for line in self.lines:
            if not line.type.startswith(HARDWARE):
                kinds.setdefault(line.urn, set()).add(line.kind)
        return Coverage(
            fixed=sum(Kind.FIXED in each and Kind.UNPRICED not in each for each in kinds.values()),
            usage=sum(Kind.USAGE in each and not each & {Kind.FIXED, Kind.UNPRICED} for each in kinds.values()),
            free=sum(each == {Kind.FREE} for each in kinds.values()),
            unpriced=sum(Kind.UNPRICED in each for each in kinds.values()),
        )

    @property
    def unpriced(self) -> tuple[Line, ...]:
        """The lines without a price."""
        return tuple(line for line in self.lines if line.kind is Kind.UNPRICED)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The number of resources by kind of price. A resource with an unpriced line counts as unpriced only."""

    fixed: int = 0
    usage: int = 0
    free: int = 0
    unpriced: int = 0

    @property
    def chargeable(self) -> int:
        """The number of chargeable resources."""
        return self.fixed + self.usage + self.unpriced

    @property
    def share(self) -> Decimal:
        """The share of chargeable resources with a price; 1 if none is chargeable."""
        return Decimal(self.fixed + self.usage) / self.chargeable if self.chargeable else Decimal(1)

    def __add__(self, other: "Coverage") -> "Coverage":
        return Coverage(
            self.fixed + other.fixed,
            self.usage + other.usage,
            self.free + other.free,
            self.unpriced + other.unpriced,
        )


_GROUPS: Final[Mapping[By, Callable[[Line], str]]] = {
    By.FORCE: lambda line: line.owner.force,
    By.ENVIRONMENT: lambda line: line.owner.environment,
    By.COMPONENT: lambda line: line.owner.component,
    By.MODULE: lambda line: line.owner.module,
    By.MILESTONE: lambda line: line.owner.milestone,
    By.SPEND: lambda line: line.owner.spend,
    By.RESOURCE: lambda line: line.urn,
}


def group_of(line: Line, what: By) -> str:
    """The group of a line."""
    return str(_GROUPS[what](line))


def grouped(lines: "tuple[Line, ...]", what: By) -> dict[str, Decimal]:
    """GBP a month by group, sorted by group."""
    found: dict[str, Decimal] = {}
    for line in lines:
        group = group_of(line, what)
        found[group] = found.get(group, Decimal("0.00")) + line.monthly
    return dict(sorted(found.items()))


def total(lines: "Iterator[Line] | tuple[Line, ...]") -> Decimal:
    """GBP a month of the lines, to the penny."""
    return sum((line.monthly for line in lines), Decimal("0.00"))


def to_penny(amount: Decimal) -> Decimal:
    """`amount` rounded to the penny, half to even."""
    return amount.quantize(PENNY, ROUND_HALF_EVEN)


@dataclass(frozen=True)
class Inventory:
    """The resources of each type, sorted by URN, for charges that depend on other resources."""

    by_type: Mapping[str, tuple[Resource, ...]] = field(default_factory=dict)

    def of(self, *types: str) -> list[Resource]:
        """The resources of these types, given without `azure-native:`."""
        return [resource for type_ in types for resource in self.by_type.get(f"azure-native:{type_}", ())]

    def count(self, *types: str) -> int:
        """The number of resources of these types, given without `azure-native:`."""
        return len(self.of(*types))

    def place(self, type_: str, urn: str) -> int:
        """The index of a resource among those of its type. Shared allowances are used in this order."""
        return self._places[type_][urn]

    @cached_property
    def _places(self) -> Mapping[str, Mapping[str, int]]:
        return {type_: {each.urn: place for place, each in enumerate(listed)} for type_, listed in self.by_type.items()}
