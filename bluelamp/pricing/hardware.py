"""`stacks/<stack>/hardware.yaml`: what a force owns and runs on its premises, by the month.

Purchases are spread over their life, so that a choice between a force's own hardware and the cloud compares fairly.
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
"""Where a stack's file is, under the project's folder."""

_WATTS: Final = 1000


class Purchase(Model):
    """Something that is bought once or by the term: its price is spread over `months`."""

    name: Label
    what: Text
    kind: Literal["hardware", "licence", "support", "space"]
    count: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    price: Annotated[float, Field(gt=0, le=1_000_000_000)]
    """GBP without VAT for each."""
    months: Annotated[int, Field(ge=1, le=240)]
    component: Label | None = None
    milestone: Label | None = None
    spend: Literal["strategic", "tactical"] = "strategic"
    source: Text
    """Where the figure comes from."""

    @property
    def monthly(self) -> Decimal:
        """GBP a month, not rounded."""
        return Decimal(str(self.price)) * self.count / self.months


class Energy(Model):
    """The electricity that equipment draws all month, with cooling and losses in `overhead`."""

    name: Label
    what: Text
    watts: Annotated[float, Field(gt=0, le=10_000_000)]
    """The average draw of all of it."""
    price_per_kwh: Annotated[float, Field(gt=0, le=10, alias="pricePerKwh")]
    """GBP without VAT."""
    overhead: Annotated[float, Field(ge=1, le=5)] = 1.0
    """What the site draws for each watt of equipment (PUE)."""
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
    """What a force owns on its premises."""

    purchases: tuple[Purchase, ...] = ()
    energy: tuple[Energy, ...] = ()
    _source: Source | None = PrivateAttr(default=None)

    def unknown_milestones(self, known: Collection[str]) -> list[Problem]:
        """A problem for each item whose milestone is not in `known`: no milestone would carry its cost."""
        sections: list[tuple[str, tuple[Purchase | Energy, ...]]]
        sections = [("purchases", self.purchases), ("energy", self.energy)]
        source = self._source or Source(FILE.format(stack="FORCE"))
        return [
            source.problem(
                (section, index, "milestone"),
                "the milestone is not on the roadmap",
                each.milestone,
                did_you_mean_or(each.milestone, known, lead="milestones:"),
                "correct the id, or add the milestone to roadmap.yaml",
            )
            for section, items in sections
            for index, each in enumerate(items)
            if each.milestone is not None and each.milestone not in known
        ]


def read_hardware(root: Path, stack: str) -> Hardware:
    """The hardware of a stack; nothing where it has no file. Raises `SettingsError` with every mistake."""
    source = read_source(root, FILE.format(stack=stack))
    return Hardware() if source is None else hardware_of(source)


def hardware_of(source: Source) -> Hardware:
    """The hardware that a document says. Raises `SettingsError` with every mistake in it."""
    hardware, problems = validate(Hardware, source.values, source, lambda steps: steps)
    problems = [*source.problems, *problems]
    if hardware is not None:
        first: dict[str, Steps] = {}
        named = [("purchases", index, each.name) for index, each in enumerate(hardware.purchases)]
        named += [("energy", index, each.name) for index, each in enumerate(hardware.energy)]
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
