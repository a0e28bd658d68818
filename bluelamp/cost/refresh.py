"""Refreshes the price snapshot: fetches and validates all prices, then replaces the file atomically."""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import Any, Final

from bluelamp.core.dates import today
from bluelamp.core.files import replace as replace_file
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.cost.retail import Service
from bluelamp.pricing.snapshot import FILE, LARGEST_PRICE, Price, Prices, load, machine_key, refreshed, text_of, vcpus

REGION: Final = "uksouth"
FACTOR: Final = 10
"""A price that changes by more than this factor is rejected as a mistake."""
PER_VCPU: Final = Decimal("1.4")
"""A size whose price per vCPU exceeds the family's lowest by this factor is mispriced: some of the API's Linux entries
have Windows prices."""

_SMALLEST: Final = 12
"""The maximum number of decimals of a valid price."""

_UNITS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(
        ("hour", "server-hour", "instance-hour", "account-hour", "vault-hour", "node-hour", "vCore-hour"),
        ("1 Hour", "1/Hour"),
    ),
    "subscription-hour": ("1 Hour", "1/Hour"),
    "day": ("1/Day", "1 Day"),
    "month": ("1/Month", "1 Month", "1"),
    "key-month": ("1/Month", "1 Month", "1"),
    "GB": ("1 GB",),
    "GB-month": ("1 GB/Month",),
    "10k": ("10K",),
    "1M": ("1M",),
    "renewal": ("1",),
}
"""The API's names of each unit of the snapshot."""
_SHARED: Final = ("global", "", "zone 1")
"""The API's regions with prices for regions that have none of their own."""
_CHARGED: Final = re.compile(r"Standard_([DE])\d+(?:-\d+)?([a-z]*)_v([3-9]|\d\d)")
"""Sizes of the families D and E from version 3 on, whose price is proportional to vCPUs."""
_CHECK: Final = "compare it with Azure's pricing page; if it is right, write it into {file}, then refresh again"


@dataclass(frozen=True, slots=True)
class Meter:
    """The API's identification of a price. `product` and `sku` are empty if the meter's name is sufficient.

    `tier` is the amount from which the price applies. `what` and `unit` are for a price that the snapshot may lack.
    """

    key: str
    service: str
    product: str
    sku: str
    meter: str
    tier: Decimal
    what: str
    unit: str


@dataclass(frozen=True)
class Refreshed:
    """The result of a refresh: prices that changed, were confirmed, were added, and are missing in the API."""

    changed: tuple[tuple[Price, Price], ...]
    same: int
    added: tuple[Price, ...]
    missing: tuple[str, ...]


@cache
def meters() -> tuple[Meter, ...]:
    """The meters that are refreshed. Source of their names: ahmadabdalla/azure-cost-calculator (MIT), b851ba6."""
    text = (files("bluelamp.pricing") / "prices" / "meters.csv").read_text(encoding="utf-8")
    return tuple(
        Meter(
            row["key"],
            row["service"],
            row["product"],
            row["sku"],
            row["meter"],
            Decimal(row["tier"]),
            row["what"],
            row["unit"],
        )
        for row in csv.DictReader(StringIO(text))
    )


def refresh(
    root: Path, service: Service, *, wanted: Sequence[Meter] | None = None, day: date | None = None
) -> Refreshed:
    """Fetches and validates every meter, and writes `stacks/prices.csv`.

    Nothing is written if a price is invalid: zero, negative, changed more than tenfold, in another unit or currency, an
    outlier for its vCPUs, or ambiguous. Raises `SettingsError` with every such price, and `BluelampError` if the
    service fails.
    """
    day = day or today()
    known = load(root)
    found: dict[str, Price] = {}
    missing: list[str] = []
    problems: list[Problem] = []
    for meter in meters() if wanted is None else wanted:
        items = list(service.items(_filter(meter)))
        price = _price(meter, items, known, day, problems)
        if price is not None:
            found[meter.key] = price
        elif not problems or problems[-1].path != meter.key:
            missing.append(meter.key)
    found |= _machines(service, known, day, problems)
    if problems:
        raise SettingsError(problems)
    before = {key: known.find(key) for key in found}
    replace_file(root / FILE, text_of({**refreshed(root), **found}))
    changed = [(was, found[key]) for key, was in before.items() if was is not None and was.gbp != found[key].gbp]
    added = [found[key] for key, was in before.items() if was is None]
    return Refreshed(tuple(changed), len(found) - len(changed) - len(added), tuple(added), tuple(missing))


def _filter(meter: Meter) -> str:
    words = {"serviceName": meter.service, "productName": meter.product, "skuName": meter.sku, "meterName": meter.meter}
    parts = [f"{name} eq '{value.replace(chr(39), chr(39) * 2)}'" for name, value in words.items() if value]
    return " and ".join([*parts, "priceType eq 'Consumption'"])


def _price(
    meter: Meter, items: Iterable[Mapping[str, Any]], known: Prices, day: date, problems: list[Problem]
) -> Price | None:
    """The price of a meter among the API's items: the region's own, or else the shared one."""
    named = [each for each in items if _fits(meter, each)]
    for region in (REGION, *_SHARED):
        here = [each for each in named if str(each.get("armRegionName", "")).lower() == region]
        if not here:
            continue
        amounts = {(each.get("retailPrice"), each.get("unitOfMeasure")) for each in here}
        if len(amounts) > 1:
            problems.append(_problem(meter.key, "the API has several prices of it", str(len(amounts))))
            return None
        return _checked(meter, here[0], known, day, problems)
    return None


def _fits(meter: Meter, item: Mapping[str, Any]) -> bool:
    return (
        item.get("meterName") == meter.meter
        and item.get("serviceName") == meter.service
        and (not meter.product or item.get("productName") == meter.product)
        and (not meter.sku or item.get("skuName") == meter.sku)
        and item.get("type", "Consumption") == "Consumption"
        and item.get("tierMinimumUnits", Decimal(0)) == meter.tier
    )


def _checked(meter: Meter, item: Mapping[str, Any], known: Prices, day: date, problems: list[Problem]) -> Price | None:
    was = known.find(meter.key)
    unit = was.unit if was else meter.unit
    problem = _invalid(item, unit, was)
    if problem:
        problems.append(_problem(meter.key, *problem))
        return None
    place = str(item.get("armRegionName", ""))
    note = "" if place == REGION else f"listed under {place or 'no region'}, not under {REGION}"
    what = was.what if was else meter.what
    return Price(meter.key, what, unit, Decimal(item["retailPrice"]), REGION, "retail", day, note)


def _invalid(item: Mapping[str, Any], unit: str, was: Price | None) -> tuple[str, str, str] | None:
    """The problem with an item: the message, what was found and what is allowed."""
    amount, measure = item.get("retailPrice"), item.get("unitOfMeasure")
    if item.get("currencyCode") != "GBP":
        return ("not in pounds", str(item.get("currencyCode")), "allowed: GBP")
    if measure not in _UNITS.get(unit, ()):
        return ("the unit has changed", str(measure), f"allowed: {' or '.join(_UNITS.get(unit, (unit,)))}")
    if not isinstance(amount, Decimal) or not amount.is_finite() or amount <= 0:
        return ("not a price above zero", str(amount)[:40], "")
    if amount > LARGEST_PRICE or amount.adjusted() < -_SMALLEST:
        return ("no price that Azure can have", f"{amount:.6E}", f"allowed: at most {LARGEST_PRICE:,}")
    # Another region's price, converted from dollars, is not comparable with a price of the region.
    if was is not None and was.region == REGION and not was.gbp / FACTOR <= amount <= was.gbp * FACTOR:
        return (f"changed by more than {FACTOR} times", f"{amount:f}", f"it was {was.gbp:f} on {was.dated}")
    return None


def _problem(key: str, message: str, found: str = "", allowed: str = "") -> Problem:
    return Problem(FILE, path=key, message=message, found=found, allowed=allowed, next_step=_CHECK.format(file=FILE))


def _machines(service: Service, known: Prices, day: date, problems: list[Problem]) -> dict[str, Price]:
    """The prices of Linux virtual machines of the region, by key."""
    condition = f"serviceName eq 'Virtual Machines' and armRegionName eq '{REGION}' and priceType eq 'Consumption'"
    found: dict[str, Price] = {}
    for item in service.items(condition):
        size = str(item.get("armSkuName", ""))
        other = f"{item.get('productName', '')} {item.get('skuName', '')}"
        if not vcpus(size) or any(word in other for word in ("Windows", "Spot", "Low Priority", "CloudServices")):
            continue
        was = known.machine(REGION, size)
        problem = _invalid(item, "hour", replace(was, region=REGION) if was else None)
        key = machine_key(size)
        if problem:
            problems.append(_problem(key, *problem))
            continue
        found[key] = Price(key, f"{size} Linux", "hour", item["retailPrice"], REGION, "retail", day, size)
    problems += [
        _problem(key, "out of line for its vCPUs", f"{found[key].gbp:f}", f"others of the family: {least:f} a vCPU")
        for key, least in outliers({key: (each.note, each.gbp) for key, each in found.items()}).items()
    ]
    return found


def outliers(sizes: Mapping[str, tuple[str, Decimal]]) -> dict[str, Decimal]:
    """The keys of D and E sizes of version 3 or later whose price per vCPU is an outlier in their family.

    `sizes` has a size and its hourly price by key. The value is the family's lowest price per vCPU.
    """
    families: dict[str, list[tuple[str, Decimal]]] = {}
    for key, (size, price) in sizes.items():
        family = family_of(size)
        if family:
            families.setdefault(family, []).append((key, price / vcpus(size)))
    found: dict[str, Decimal] = {}
    for members in families.values():
        least = min(each for _, each in members)
        found |= {key: least for key, each in members if each > least * PER_VCPU}
    return found


def family_of(size: str) -> str:
    """`Das_v5` for `Standard_D4as_v5`; empty for a size whose price is not proportional to vCPUs."""
    found = _CHARGED.fullmatch(size)
    return f"{found[1]}{found[2]}_v{found[3]}" if found else ""
