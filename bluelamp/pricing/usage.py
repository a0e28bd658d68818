"""`stacks/<stack>/usage.yaml`: a force's usage of resources that are charged by usage, with documented defaults."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal

from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.reader import parse
from bluelamp.core.source import Source, Steps, show
from bluelamp.core.suggestions import did_you_mean
from bluelamp.pricing.snapshot import HOURS
from bluelamp.pricing.source import read_source

FILE: Final = "stacks/{stack}/usage.yaml"
"""The path of a stack's file in the project's folder."""

_AMOUNT: Final = re.compile(r"(?P<value>[0-9]{1,13}(?:\.[0-9]{1,6})?) +(?P<unit>\S.*)")
_LARGEST: Final = Decimal(10) ** 12
_MOST: Final[Mapping[str, Decimal]] = {"machineHours": HOURS}
"""The maximum amounts of keys."""
_TIERS: Final[Mapping[str, tuple[int, ...]]] = {"sentinelCommitment": (0, 50, 100, 200)}
"""The allowed amounts of keys with tiers."""
RESERVATIONS: Final = ("none", "3-years")
"""The reservation terms of virtual machines."""
_SECTIONS: Final = ("usage", "resources", "reservations", "hybridBenefit")


@dataclass(frozen=True, slots=True)
class Default:
    """The default of a usage key, per resource or for the whole estate.

    `of` are the types that are charged by it, empty for the estate. `whole` is whether only integers are allowed.
    """

    key: str
    value: Decimal
    unit: str
    per: Literal["estate", "resource"]
    what: str
    of: tuple[str, ...] = ()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Amount:
    """The amount of usage, and where it is set."""

    value: Decimal
    unit: str
    basis: str


@dataclass(frozen=True)
class Usage:
    """A force's usage and purchase options.

    `stated` is by key, `resources` by a resource's logical name and key. `reservation` is the term for virtual
    machines: `none`, or `3-years` for sizes with a reservation price. `hybrid_benefit` is whether Azure Hybrid Benefit
    applies to Windows licences.
    """

    stated: Mapping[str, Decimal] = field(default_factory=dict)
    resources: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    reservation: str = "none"
    hybrid_benefit: bool = False
    file: str = ""
    places: Mapping[tuple[str, ...], tuple[int, int]] = field(default_factory=dict, compare=False)
    """The line and column of each resource's name and keys in the file."""

    def of(self, key: str, name: str = "") -> Amount:
        """The usage `key` of the resource `name`: its own entry, else the general one, else the default."""
        default = defaults()[key]
        own = self.resources.get(name, {})
        if key in own:
            return Amount(own[key], default.unit, f"{self.file}: resources.{name}.{key}")
        if key in self.stated:
            return Amount(self.stated[key], default.unit, f"{self.file}: usage.{key}")
        return Amount(default.value, default.unit, f"default: {key} {default.value:f} {default.unit}")


@cache
def defaults() -> Mapping[str, Default]:
    """The documented defaults by key."""
    text = (files("bluelamp.pricing") / "defaults.yaml").read_bytes()
    read = parse(text, "bluelamp/pricing/defaults.yaml").values
    return {
        key: Default(
            key,
            Decimal(str(one["value"])),
            one["unit"],
            one["per"],
            one["what"],
            tuple(f"azure-native:{each}" for each in one.get("of", ())),
            one.get("whole", False),
        )
        for key, one in read.items()
    }


def form(default: Default) -> str:
    """A regular expression for the amounts of a key, without the limits."""
    numbers = r"[0-9]{1,13}(\.[0-9]{1,6})?"
    if default.key in _TIERS:
        numbers = f"0*({'|'.join(map(str, _TIERS[default.key]))})" + r"(\.0{1,6})?"
    elif default.whole:
        numbers = r"[0-9]{1,13}(\.0{1,6})?"
    unit = re.sub(r"([^A-Za-z0-9 /_-])", r"\\\1", default.unit)
    return f"^{numbers} +{unit}$"


def read_usage(root: Path, stack: str) -> Usage:
    """The usage of a stack; the defaults if it has no file. Raises `SettingsError` with every mistake."""
    source = read_source(root, FILE.format(stack=stack))
    return Usage() if source is None else usage_of(source)


def usage_of(source: Source) -> Usage:
    """The usage in a document. Raises `SettingsError` with every mistake in it."""
    problems = list(source.problems)
    values = source.values
    if not isinstance(values, Mapping):
        raise SettingsError([*problems, source.problem((), "is not a mapping", next_step="begin with `usage:`")])
    for key in values:
        if key not in _SECTIONS:
            problems.append(_unknown(source, (key,), key, _SECTIONS))
    stated = _amounts(source, ("usage",), values.get("usage"), problems, allowed=defaults())
    per_resource = {key: one for key, one in defaults().items() if one.per == "resource"}
    resources: dict[str, Mapping[str, Decimal]] = {}
    given = values.get("resources")
    if given is not None and not isinstance(given, Mapping):
        problems.append(source.problem(("resources",), "is not a mapping", next_step="write `NAME: {KEY: AMOUNT}`"))
    else:
        for name, own in (given or {}).items():
            resources[name] = _amounts(source, ("resources", name), own, problems, allowed=per_resource)
    reservation = _choice(source, "reservations", "virtualMachines", values, problems, RESERVATIONS, "none")
    benefit = _choice(source, "hybridBenefit", "windows", values, problems, (True, False), default=False)
    if problems:
        raise SettingsError(problems)
    named: list[tuple[str, ...]] = [(name,) for name in resources]
    named += [(name, key) for name, own in resources.items() for key in own]
    places = {steps: source.at(("resources", *steps), key=True) for steps in named}
    return Usage(stated, resources, str(reservation), bool(benefit), source.file, places)


def _amounts(
    source: Source, steps: Steps, given: Any, problems: list[Problem], *, allowed: Mapping[str, Default]
) -> dict[str, Decimal]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        problems.append(source.problem(steps, "is not a mapping", next_step="write `KEY: AMOUNT`"))
        return {}
    found: dict[str, Decimal] = {}
    for key, value in given.items():
        place = (*steps, key)
        if key not in allowed:
            problems.append(_unknown(source, place, key, allowed))
        elif (amount := _amount(value, key, allowed[key].unit)) is None:
            unit = allowed[key].unit
            problems.append(
                source.problem(
                    place,
                    "is not an amount with its unit",
                    show(value),
                    f"allowed: {_numbers(key)} and the unit {unit}",
                    f"write `{key}: {allowed[key].value:f} {unit}` with the force's figure",
                )
            )
        else:
            found[key] = amount
    return found


def _numbers(key: str) -> str:
    if defaults()[key].whole:
        return "a whole number from 0"
    if key in _TIERS:
        return f"one of {', '.join(map(str, _TIERS[key]))}"
    return f"a number from 0 to {_MOST[key]}" if key in _MOST else "a number from 0"


def _amount(value: Any, key: str, unit: str) -> Decimal | None:
    read = _AMOUNT.fullmatch(value) if isinstance(value, str) else None
    if read is None or read["unit"] != unit:
        return None
    amount = Decimal(read["value"])
    if amount > _MOST.get(key, _LARGEST) or amount not in _TIERS.get(key, (amount,)):
        return None
    if defaults()[key].whole and amount != int(amount):
        return None
    # 50.0 becomes 50, as a tier's amount is part of its meter's name.
    return Decimal(int(amount)) if amount == int(amount) else amount


def _choice(
    source: Source,
    section: str,
    key: str,
    values: Mapping[str, Any],
    problems: list[Problem],
    allowed: tuple[object, ...],
    default: object,
) -> object:
    given = values.get(section)
    if given is None:
        return default
    if not isinstance(given, Mapping):
        problems.append(source.problem((section,), "is not a mapping", next_step=f"write `{key}: {show(default)}`"))
        return default
    for each in given:
        if each != key:
            problems.append(_unknown(source, (section, each), each, (key,)))
    chosen = given.get(key, default)
    if not any(chosen is each or (isinstance(each, str) and chosen == each) for each in allowed):
        choices = ", ".join(show(each) if isinstance(each, bool) else str(each) for each in allowed)
        problems.append(
            source.problem((section, key), "unknown value", show(chosen), f"allowed: {choices}", "choose one of them")
        )
        return default
    return chosen


def _unknown(source: Source, steps: Steps, key: object, allowed: Mapping[str, Any] | tuple[str, ...]) -> Problem:
    meant = did_you_mean(str(key), allowed)
    listed = f"allowed: {', '.join(allowed)}"
    return source.problem(steps, "unknown key", show(key), meant or listed, "correct or remove the key", key=True)
