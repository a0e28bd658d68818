"""Prices an estate: the cost lines of its resources, usage and hardware."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from bluelamp.core.asset_type import REGISTERED
from bluelamp.core.dates import today
from bluelamp.core.environments import PROD, split
from bluelamp.core.resource import Resource
from bluelamp.core.suggestions import nearest
from bluelamp.pricing.azure import pricing
from bluelamp.pricing.context import Context, UnknownPropertyError, free, months_of, text_at, unpriced
from bluelamp.pricing.hardware import Energy, Hardware, Purchase
from bluelamp.pricing.model import HARDWARE, NONE, Charge, Costs, Inventory, Kind, Line, Owner, Spend, to_penny
from bluelamp.pricing.snapshot import Prices, load
from bluelamp.pricing.usage import Usage

_AZURE: Final = "azure-native:"
_OWN: Final = "bluelamp:"
"""The prefix of the types of this program's components."""
_FREE: Final = {
    "kubernetes": "it runs on nodes that are charged themselves",
    "azuread": "Entra ID is licensed per user: see hardware.yaml",
    "random": "it exists only in the state",
    "tls": "it exists only in the state",
}
_MILESTONE: Final = "roadmap-milestone"
_SPEND: Final = "spend-type"
_ENVIRONMENT: Final = "environment"
_REGIONS: Final = ("uksouth", "ukwest")
"""The priced regions. For UK West, prices that the snapshot does not have are those of UK South."""
_NO_REGION: Final = ("", "global")
"""Locations of resources without a region, for which UK South prices are not those of another region."""


@dataclass(frozen=True)
class Estate:
    """The resources of a stack, to be priced."""

    stack: str
    resources: Sequence[Resource]


def price(
    estate: Estate, usage: Usage, hardware: Hardware, *, prices: Prices | None = None, day: date | None = None
) -> Costs:
    """The costs of an estate in a month of 730 hours, in GBP without VAT.

    Each line is rounded to the penny once, so that every grouping sums to the total. `day`, by default today, is the
    day for which prices are checked for staleness.
    """
    prices, day = prices or load(), day or today()
    resources = sorted((each for each in estate.resources if each.type not in REGISTERED), key=lambda each: each.urn)
    by_type: dict[str, list[Resource]] = {}
    for each in resources:
        by_type.setdefault(each.type, []).append(each)
    context = Context(usage, prices, Inventory({type_: tuple(listed) for type_, listed in by_type.items()}))
    owners = _Owners(estate, resources)
    lines: list[Line] = []
    for each in resources:
        owner = owners.of(each)
        lines += [_line(each, owner, charge, context, day) for charge in _charges(each, context)]
    lines += _hardware_lines(estate, hardware, owners)
    return Costs(estate.stack, day, tuple(lines))


def _charges(resource: Resource, context: Context) -> Iterable[Charge]:
    if function := pricing().get(resource.type):
        charges = _known(function(resource, context))
        try:
            location = text_at(resource, "location")
        except UnknownPropertyError as error:
            return tuple(each if each.kind is Kind.FREE else _not_known(each.what, error) for each in charges)
        location = _plain(location)
        if location in (*_REGIONS, *_NO_REGION):
            return charges
        # Free charges are free in every region.
        like = next(iter(nearest(location, _REGIONS, 1)), _REGIONS[0])
        why = f"the snapshot has no prices of the region {location}; the nearest is {like}"
        return tuple(each if each.kind is Kind.FREE else unpriced(each.what, why) for each in charges)
    package = resource.type.partition(":")[0]
    if package in _FREE:
        return (free(_FREE[package]),)
    return (unpriced(resource.type, "this type has no pricing function"),)


def _known(charges: Iterable[Charge]) -> tuple[Charge, ...]:
    """The charges; if the rest depends on an unknown property, followed by an unpriced charge."""
    found: list[Charge] = []
    try:
        for each in charges:
            found.append(each)
    except UnknownPropertyError as error:
        found.append(_not_known("Charges that follow from it", error))
    return tuple(found)


def _not_known(what: str, path: UnknownPropertyError) -> Charge:
    return unpriced(what, f"{path} is not known before deployment")


def _line(resource: Resource, owner: Owner, charge: Charge, context: Context, day: date) -> Line:
    location = _location(resource)
    line = Line(
        owner,
        resource.urn,
        resource.type,
        resource.name,
        charge.what,
        charge.kind,
        basis=charge.basis,
        region=location,
    )
    listed = None if charge.kind in (Kind.FREE, Kind.UNPRICED) else charge.price or context.prices.find(charge.meter)
    if listed is None:
        return line
    unit = charge.unit or listed.unit
    unit_price = charge.unit_price if charge.unit_price is not None else listed.gbp
    quantity = charge.count * months_of(unit)
    return replace(
        line,
        meter=charge.meter,
        quantity=quantity,
        unit=unit,
        unit_price=unit_price,
        monthly=to_penny(quantity * unit_price),
        source=listed.source,
        dated=listed.dated,
        stale=listed.is_stale(day),
        elsewhere=listed.region != location and not (listed.region == "uksouth" and location in _NO_REGION),
    )


def _location(resource: Resource) -> str:
    """The name of the region (`uksouth` for `UK South`); empty if there is none or it is unknown."""
    try:
        return _plain(text_at(resource, "location"))
    except UnknownPropertyError:
        return ""


def _plain(location: str) -> str:
    return location.lower().replace(" ", "")


class _Owners:
    """The groups of resources, from their own tags, else the most common ones of the component, then of the estate."""

    def __init__(self, estate: Estate, resources: Sequence[Resource]) -> None:
        self._force, self._environment = split(estate.stack)
        tags: dict[str, Counter[str]] = {key: Counter() for key in (_MILESTONE, _SPEND, _ENVIRONMENT)}
        by_component: dict[str, dict[str, Counter[str]]] = {}
        for each in resources:
            component = self._place(each)[0]
            own = by_component.setdefault(component, {key: Counter() for key in tags})
            for key, value in _tags(each).items():
                if key in tags and isinstance(value, str):
                    tags[key][value] += 1
                    own[key][value] += 1
        self._common = {key: _most_common(counted) for key, counted in tags.items()}
        self._of_component = {
            component: {key: _most_common(counted) for key, counted in own.items()}
            for component, own in by_component.items()
        }

    def of(self, resource: Resource) -> Owner:
        """The groups of the resource."""
        component, module = self._place(resource)
        return self.owner(component, module, _tags(resource))

    def owner(self, component: str, module: str, tags: Mapping[str, Any]) -> Owner:
        """The groups of an item with these tags."""

        def tag(key: str) -> str:
            own = tags.get(key)
            found = own if isinstance(own, str) else self._of_component.get(component, {}).get(key)
            return found or self._common[key]

        spend = Spend.TACTICAL if tag(_SPEND) == Spend.TACTICAL else Spend.STRATEGIC
        environment = self._environment or tag(_ENVIRONMENT) or PROD
        return Owner(self._force, environment, component, module, tag(_MILESTONE) or NONE, spend)

    def _place(self, resource: Resource) -> tuple[str, str]:
        """The name of a resource's outermost component, and the type of the innermost."""
        around = [each.split("::", 3) for each in resource.ancestors or filter(None, (resource.parent,))]
        own = [(type_, name) for *_, types, name in around if (type_ := types.rpartition("$")[2]).startswith(_OWN)]
        return (own[-1][1], own[0][0].rpartition(":")[2]) if own else (NONE, NONE)


def _tags(resource: Resource) -> Mapping[str, Any]:
    found = resource.properties.get("tags") if isinstance(resource.properties, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _most_common(counted: Counter[str]) -> str:
    """The most common value; of several, the first alphabetically."""
    return min(counted, key=lambda value: (-counted[value], value), default="")


def _hardware_lines(estate: Estate, hardware: Hardware, owners: _Owners) -> Iterator[Line]:
    """The lines of the force's own hardware. Their prices are the force's own and never stale."""
    items: tuple[Purchase | Energy, ...] = (*hardware.purchases, *hardware.energy)
    for each in items:
        tags = {_SPEND: each.spend, _MILESTONE: each.milestone}
        owner = owners.owner(each.component or NONE, "OnPremises", tags)
        kind = each.kind if isinstance(each, Purchase) else "energy"
        type_ = f"{HARDWARE}{kind.capitalize()}"
        quantity, unit, unit_price = _amounts(each)
        yield Line(
            owner,
            f"urn:pulumi:{estate.stack}::bluelamp::{type_}::{each.name}",
            type_,
            each.name,
            each.what,
            Kind.FIXED,
            meter=kind,
            quantity=quantity,
            unit=unit,
            unit_price=unit_price,
            monthly=to_penny(each.monthly),
            basis=each.source,
            source="hardware.yaml",
        )


def _amounts(each: Purchase | Energy) -> tuple[Decimal, str, Decimal]:
    if isinstance(each, Purchase):
        return Decimal(each.count), f"each, over {each.months} months", Decimal(str(each.price)) / each.months
    return each.kwh, "kWh", Decimal(str(each.price_per_kwh))
