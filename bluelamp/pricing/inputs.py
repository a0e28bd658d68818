"""What costs follow from beside the resources, as a program registers it and a rule reads it back."""

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
    """The use, the hardware and the prices of a stack."""

    usage: Usage
    hardware: Hardware
    prices: Prices


def registered(root: Path, stack: str, milestones: Collection[str]) -> dict[str, Any]:
    """The contents of the stack's files of use and hardware, and the prices that the project refreshed; empty for none.

    Raises `SettingsError` with every mistake in the three files, also for hardware whose milestone is not one of
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
        prices = {key: each for key, each in own.items() if not _same(each, shipped.get(key))}
    except SettingsError as error:
        problems += error.problems
        prices = {}
    if problems:
        raise SettingsError(problems)
    if prices:
        found["prices"] = {key: [f"{each.gbp:f}", each.unit, each.region] for key, each in prices.items()}
    return found


def inputs_of(values: Mapping[str, Any]) -> CostInputs:
    """What `registered` gave, also after the engine has made every number a float. Raises `SettingsError`."""
    found = _whole(values)
    usage = usage_of(Source("usage", found["usage"])) if "usage" in found else Usage()
    hardware = hardware_of(Source("hardware", found["hardware"])) if "hardware" in found else Hardware()
    own = found.get("prices", {})
    try:
        prices = {key: _price(key, parts) for key, parts in own.items()}
    except (ValueError, TypeError, KeyError, AttributeError, InvalidOperation):
        raise SettingsError([Problem("prices", message="they are not what Bluelamp registers")]) from None
    return CostInputs(usage, hardware, Prices({**load().by_key, **prices}))


def _price(key: str, parts: list[str]) -> Price:
    gbp, unit, region = parts
    if unit not in MONTHS:
        raise ValueError(unit)
    return Price(key, key, unit, Decimal(gbp), region, "", date.min)


def _same(one: Price, other: Price | None) -> bool:
    return other is not None and (one.gbp, one.unit, one.region) == (other.gbp, other.unit, other.region)


def _whole(value: Any) -> Any:
    """`value` with whole numbers where the engine made floats of them."""
    if isinstance(value, Mapping):
        return {key: _whole(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_whole(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
