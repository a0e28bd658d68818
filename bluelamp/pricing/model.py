"""What a priced estate is made of: charges, lines and the cost of a force."""

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
"""The unit to which a line is rounded, once. Every sum of lines is then exact."""

HARDWARE: Final = "bluelamp:cost:"
"""What the types of lines begin with that are of the force's premises."""

NONE: Final = "none"
"""The group of what has no component, milestone or the like."""


class Kind(StrEnum):
    """How a charge is known."""

    FIXED = "fixed"
    """From the resource's settings alone."""
    USAGE = "usage"
    """From an assumption of use, in `usage.yaml` or among the defaults."""
    FREE = "free"
    UNPRICED = "unpriced"
    """It costs something, and no price is known."""


class Spend(StrEnum):
    """Whether money moves a force along its roadmap."""

    STRATEGIC = "strategic"
    TACTICAL = "tactical"


class By(StrEnum):
    """What costs are grouped by."""

    FORCE = "force"
    ENVIRONMENT = "environment"
    COMPONENT = "component"
    MODULE = "module"
    MILESTONE = "milestone"
    SPEND = "spend"
    RESOURCE = "resource"


@dataclass(frozen=True, slots=True)
class Charge:
    """What a pricing function says of a resource.

    `meter` is a key of the price snapshot, empty where nothing is charged or no price is known. `count` is how many of
    what the meter's unit names: instances of an hourly meter, GB of a meter per GB. `basis` gives the assumption, or
    why nothing is charged or known. `price` is the meter's price where it is not in the snapshot under its key, and
    `unit_price` replaces its amount, for prices that are derived from it.
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
    """Where a resource belongs, for grouping. `component` and `module` are `none` for what is in no component."""

    force: str
    environment: str
    component: str
    module: str
    milestone: str
    spend: Spend


@dataclass(frozen=True, slots=True)
class Line:
    """One charge of one resource in a month of 730 hours.

    `unit_price` is in GBP without VAT for one `unit`, `monthly` is `quantity` x `unit_price`, rounded to the penny.
    `stale` says that the price is older than the age at which prices are flagged, `elsewhere` that it is of another
    region than the resource's.
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
    """The cost of a force: its lines in the order of their resources' URNs, and the day its prices are judged at."""

    stack: str
    day: date
    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> Decimal:
        """GBP a month, to the penny: the sum of all lines."""
        return total(self.lines)

    def of(self, kind: Kind) -> Decimal:
        """GBP a month of one kind of line."""
        return total(line for line in self.lines if line.kind is kind)

    def by(self, what: By) -> dict[str, Decimal]:
        """GBP a month by group, sorted by group. The groups' sum is `total`."""
        return grouped(self.lines, what)

    @property
    def coverage(self) -> "Coverage":
        """How many resources are priced how; what is on a force's premises is no resource."""
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
    """How many resources are priced how. A resource with an unpriced line counts as unpriced alone."""

    fixed: int = 0
    usage: int = 0
    free: int = 0
    unpriced: int = 0

    @property
    def chargeable(self) -> int:
        """The resources that cost something, as far as is known."""
        return self.fixed + self.usage + self.unpriced

    @property
    def share(self) -> Decimal:
        """The share of chargeable resources that are priced; 1 where none is chargeable."""
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
    """The sum of the lines' months, to the penny."""
    return sum((line.monthly for line in lines), Decimal("0.00"))


def to_penny(amount: Decimal) -> Decimal:
    """`amount` rounded to the penny, half to even."""
    return amount.quantize(PENNY, ROUND_HALF_EVEN)


@dataclass(frozen=True)
class Inventory:
    """What pricing one resource needs to know of the others: those of each type, in the order of URNs."""

    by_type: Mapping[str, tuple[Resource, ...]] = field(default_factory=dict)

    def of(self, *types: str) -> list[Resource]:
        """The resources of these types, which are named without `azure-native:`."""
        return [resource for each in types for resource in self.by_type.get(f"azure-native:{each}", ())]

    def count(self, *types: str) -> int:
        """How many resources there are of these types, which are named without `azure-native:`."""
        return len(self.of(*types))

    def place(self, type_: str, urn: str) -> int:
        """The place, from 0, of a resource among those of its type; shared allowances are used in this order."""
        return self._places[type_][urn]

    @cached_property
    def _places(self) -> Mapping[str, Mapping[str, int]]:
        return {type_: {each.urn: place for place, each in enumerate(listed)} for type_, listed in self.by_type.items()}
