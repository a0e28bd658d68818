"""`stacks/<stack>/hardware.yaml`: the monthly costs of a force's own hardware, licences, support and energy.

Purchase prices are spread over their term, so that the costs compare with those of the cloud.
"""

from collections.abc import Collection
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, PrivateAttr

from bluelamp.core.fields import Label, Model, Text
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.source import Source, Steps
from bluelamp.core.suggestions import did_you_mean_or
from bluelamp.core.validation import validate
from bluelamp.pricing.snapshot import HOURS
from bluelamp.pricing.source import read_source

FILE: Final = "stacks/{stack}/hardware.yaml"
"""The path of a stack's file in the project's folder."""

_WATTS: Final = 1000


class Purchase(Model):
    """A purchase, once or for a term. Its price is spread over `months`."""

    name: Label
    what: Text
    kind: Literal["hardware", "licence", "support", "space"]
    count: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    price: Annotated[float, Field(gt=0, le=1_000_000_000)]
    """GBP without VAT, each."""
    months: Annotated[int, Field(ge=1, le=240)]
    component: Label | None = None
    milestone: Label | None = None
    spend: Literal["strategic", "tactical"] = "strategic"
    source: Text
    """The source of the figure."""

    @property
    def monthly(self) -> Decimal:
        """GBP a month, not rounded."""
        return Decimal(str(self.price)) * self.count / self.months


class Energy(Model):
    """The electricity use of equipment over a month. `overhead` includes cooling and losses."""

    name: Label
    what: Text
    watts: Annotated[float, Field(gt=0, le=10_000_000)]
    """The average total power draw."""
    price_per_kwh: Annotated[float, Field(gt=0, le=10, alias="pricePerKwh")]
    """GBP without VAT."""
    overhead: Annotated[float, Field(ge=1, le=5)] = 1.0
    """The site's power usage effectiveness (PUE)."""
    component: Label | None = None
    milestone: Label | None = None
    spend: Literal["strategic", "tactical"] = "strategic"
    source: Text

    @property
    def kwh(self) -> Decimal:
        """Kilowatt-hours in a month of 730 hours."""
        return Decimal(str(self.watts)) * Decimal(str(self.overhead)) * HOURS / _WATTS

    @property
    def monthly(self) -> Decimal:
        """GBP a month, not rounded."""
        return self.kwh * Decimal(str(self.price_per_kwh))


class Hardware(Model):
    """A force's own hardware."""

    purchases: tuple[Purchase, ...] = ()
    energy: tuple[Energy, ...] = ()
    _source: Source | None = PrivateAttr(default=None)

    def unknown_milestones(self, known: Collection[str]) -> list[Problem]:
        """A problem for each item whose milestone is not in `known`, as its cost would be in no milestone."""
        sections: list[tuple[str, tuple[Purchase | Energy, ...]]]
        sections = [("purchases", self.purchases), ("energy", self.energy)]
        source = self._source or Source(FILE.format(stack="FORCE"))
        return [
            source.problem(
                (section, index, "milestone"),
                "the milestone is not on the roadmap",
                item.milestone,
                did_you_mean_or(item.milestone, known, lead="milestones:"),
                "correct the id, or add the milestone to roadmap.yaml",
            )
            for section, items in sections
            for index, item in enumerate(items)
            if item.milestone is not None and item.milestone not in known
        ]


def read_hardware(root: Path, stack: str) -> Hardware:
    """The hardware of a stack; empty if it has no file. Raises `SettingsError` with every mistake."""
    source = read_source(root, FILE.format(stack=stack))
    return Hardware() if source is None else hardware_of(source)


def hardware_of(source: Source) -> Hardware:
    """The hardware in a document. Raises `SettingsError` with every mistake in it."""
    hardware, problems = validate(Hardware, source.values, source, lambda steps: steps)
    problems = [*source.problems, *problems]
    if hardware is not None:
        first: dict[str, Steps] = {}
        named = [("purchases", index, item.name) for index, item in enumerate(hardware.purchases)]
        named += [("energy", index, item.name) for index, item in enumerate(hardware.energy)]
        for section, index, name in named:
            if name in first:
                problems.append(
                    source.problem((section, index, "name"), "duplicate name", name, "", "give each item its own name")
                )
            first[name] = (section, index)
    if hardware is None or problems:
        raise SettingsError(problems)
    hardware._source = source
    return hardware
