"""The inputs of costs besides the resources, as a program registers them and rules read them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.source import Source
from bluelamp.pricing import hardware as premises
from bluelamp.pricing import usage as use
from bluelamp.pricing.hardware import Hardware, hardware_of
from bluelamp.pricing.snapshot import MONTHS, Price, Prices, load, refreshed
from bluelamp.pricing.source import read_source
from bluelamp.pricing.usage import Usage, usage_of


@dataclass(frozen=True)
class CostInputs:
    """The usage, the hardware and the prices of a stack."""

    usage: Usage
    hardware: Hardware
    prices: Prices


def registered(root: Path, stack: str, milestones: Collection[str]) -> dict[str, Any]:
    """The contents of the stack's usage and hardware files, and the project's refreshed prices; empty without files.

    Raises `SettingsError` with every mistake in the three files, including hardware with a milestone that is not in
    `milestones`.
    """
    problems: list[Problem] = []
    found: dict[str, Any] = {}
    for key, file in (("usage", use.FILE), ("hardware", premises.FILE)):
        try:
            source = read_source(root, file.format(stack=stack))
            if source is None:
                continue
            if key == "usage":
                usage_of(source)
            else:
                problems += hardware_of(source).unknown_milestones(milestones)
            found[key] = source.values
        except SettingsError as error:
            problems += error.problems
    try:
        shipped = load().by_key if (own := refreshed(root)) else {}
        prices = {key: price for key, price in own.items() if not _same(price, shipped.get(key))}
    except SettingsError as error:
        problems += error.problems
        prices = {}
    if problems:
        raise SettingsError(problems)
    if prices:
        found["prices"] = {key: [f"{price.gbp:f}", price.unit, price.region] for key, price in prices.items()}
    return found


def inputs_of(values: Mapping[str, Any]) -> CostInputs:
    """The inverse of `registered`, also after the engine has converted every number to a float.

    Raises `SettingsError`.
    """
    found = _whole(values)
    usage = usage_of(Source("usage", found["usage"])) if "usage" in found else Usage()
    hardware = hardware_of(Source("hardware", found["hardware"])) if "hardware" in found else Hardware()
    own = found.get("prices", {})
    try:
        prices = {key: _price(key, parts) for key, parts in own.items()}
    except (ValueError, TypeError, KeyError, AttributeError, InvalidOperation):
        raise SettingsError([Problem("prices", message="are not prices registered by Bluelamp")]) from None
    return CostInputs(usage, hardware, Prices({**load().by_key, **prices}))


def _price(key: str, parts: list[str]) -> Price:
    gbp, unit, region = parts
    if unit not in MONTHS:
        raise ValueError(unit)
    return Price(key, key, unit, Decimal(gbp), region, "", date.min)


def _same(one: Price, other: Price | None) -> bool:
    return other is not None and (one.gbp, one.unit, one.region) == (other.gbp, other.unit, other.region)


def _whole(value: Any) -> Any:
    """`value` with integers in place of whole floats."""
    if isinstance(value, Mapping):
        return {key: _whole(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
