"""The monthly cost of milestones in an estate, by the prices and usage that the program registers.

All functions raise `UnknownValue` if the result depends on an unknown value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from bluelamp.core.asset_type import COST_INPUTS
from bluelamp.core.problems import SettingsError
from bluelamp.core.resource import UNKNOWN, Resource, name_of, stack_of
from bluelamp.policies.estate import Estate, canonical
from bluelamp.policies.value import UnknownValue, depends_on_unknown

if TYPE_CHECKING:
    from bluelamp.pricing.inputs import CostInputs

_TAG: Final = "roadmap-milestone"
_DEAREST: Final = 3
_UNCHARGED: Final = ("bluelamp:", "kubernetes:", "pulumi:")
"""Resources without their own charge: components, objects in clusters, providers and the stack."""


@dataclass
class Spent:
    """The monthly cost of a milestone, in GBP: fixed by settings, and by usage (`used`).

    `by_urn` is the fixed cost by resource; `unpriced` has the names of chargeable resources without a known price.
    """

    fixed: Decimal = Decimal(0)
    used: Decimal = Decimal(0)
    by_urn: dict[str, Decimal] = field(default_factory=dict)
    unpriced: dict[str, None] = field(default_factory=dict)

    @property
    def dearest(self) -> str:
        """The most expensive resources, with their cost."""
        ordered = sorted(self.by_urn.items(), key=lambda each: (-each[1], each[0]))
        return ", ".join(f"{name_of(urn)} {pounds(amount)}" for urn, amount in ordered[:_DEAREST])


@dataclass(frozen=True)
class Spending:
    """The cost of each milestone, and the resources whose milestone is unknown."""

    by_milestone: Mapping[str, Spent]
    unplaced: tuple[str, ...]


def spent(milestone: str, estate: Estate) -> Spent | None:
    """The cost of the milestone's resources; None if it has none."""
    return estate.once(_spending).by_milestone.get(milestone)


def unplaced(estate: Estate) -> tuple[str, ...]:
    """The names of the chargeable resources whose milestone is unknown."""
    return estate.once(_spending).unplaced


def pounds(amount: Decimal) -> str:
    """`£1,234.00`."""
    return f"£{amount:,.2f}"


def _spending(estate: Estate) -> Spending:
    # Imported here, as only forces with a budget need it.
    from bluelamp.pricing.model import NONE, Kind
    from bluelamp.pricing.price import Estate as Priced
    from bluelamp.pricing.price import price

    inputs = _inputs(estate)
    resources = [_plain(each.resource) for each in estate.all() if not each.resource.type.startswith(_UNCHARGED)]
    stack = stack_of(resources[0].urn) if resources else ""
    without_milestone = {each.urn for each in resources if _milestone_unknown(each.properties)}
    found: dict[str, Spent] = {}
    unplaced: dict[str, None] = {}
    for line in price(Priced(stack, resources), inputs.usage, inputs.hardware, prices=inputs.prices).lines:
        if line.kind is Kind.FREE:
            continue
        if line.urn in without_milestone:
            unplaced[line.name] = None
        elif line.owner.milestone != NONE:
            milestone_spend = found.setdefault(line.owner.milestone, Spent())
            if line.kind is Kind.UNPRICED:
                milestone_spend.unpriced[line.name] = None
            elif line.kind is Kind.FIXED:
                milestone_spend.fixed += line.monthly
                milestone_spend.by_urn[line.urn] = milestone_spend.by_urn.get(line.urn, Decimal(0)) + line.monthly
            else:
                milestone_spend.used += line.monthly
    return Spending(found, tuple(unplaced))


def _inputs(estate: Estate) -> "CostInputs":
    from bluelamp.pricing.inputs import inputs_of

    for each in estate.of(COST_INPUTS):
        if depends_on_unknown(each.raw):
            raise UnknownValue(each)
        try:
            return inputs_of(each.known)
        except SettingsError as error:
            raise UnknownValue(each, f"the registered use or hardware cannot be read: {error.problems[0]}") from None
    return inputs_of({})


def _plain(resource: Resource) -> Resource:
    type_ = canonical(resource.type)
    return resource if type_ == resource.type else replace(resource, type=type_)


def _milestone_unknown(properties: Any) -> bool:
    if not isinstance(properties, Mapping):
        return True
    tags = properties.get("tags")
    return tags is UNKNOWN or (isinstance(tags, Mapping) and tags.get(_TAG) is UNKNOWN)
