"""The register of police forces and the address plan: `stacks/forces.yaml`, typed."""

from collections.abc import Iterator
from functools import cached_property, lru_cache
from ipaddress import IPv4Network
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from bluelamp.core.fields import Day, Label, Model, Network, Text
from bluelamp.core.problems import Problem, SettingsError, nearest
from bluelamp.core.reader import content_of, parse
from bluelamp.core.source import Source, Steps
from bluelamp.core.validation import validate

REGISTER = "stacks/forces.yaml"
"""Where the register is, under the project's folder."""


class Allocation(Model):
    """Address ranges of one force: one in each Azure region and one for its own data centres."""

    uksouth: Network
    ukwest: Network
    on_premises: Network

    def ranges(self) -> dict[str, IPv4Network]:
        """Every range by the place it is for: `uksouth`, `ukwest`, `onPremises`."""
        return {"uksouth": self.uksouth, "ukwest": self.ukwest, "onPremises": self.on_premises}

    def first_hub(self, region: Literal["uksouth", "ukwest"]) -> IPv4Network:
        """The first /22 of the allocation in `region`, where the hub goes unless the force says otherwise."""
        whole = self.ranges()[region]
        return next(whole.subnets(new_prefix=max(whole.prefixlen, 22)))


class Entry(Model):
    """One force in the register. The file's header says what each field means."""

    slug: Label
    name: Text
    kind: Literal["territorial", "special"]
    region: Label
    """Police region, such as `eastern`; not an Azure region."""
    ons_code: str | None = None
    code: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,5}$")]
    valid_from: Day | None = None
    valid_to: Day | None = None
    successor: Label | None = None
    allocation: Allocation = Field(alias="addresses")


class Plan(Model):
    """What the address plan cuts its ranges from, and since when it holds."""

    dated: Day
    source: Text
    space: Network
    national: Network
    """Inside `space`, kept for what the forces share: no force is allocated any of it."""


class Register(Model):
    """Every force, by slug, in the register's order."""

    address_plan: Plan
    forces: dict[str, Entry]

    def entry(self, slug: str) -> Entry:
        """The force called `slug`. Raises `SettingsError` with the nearest names when there is none."""
        if slug in self.forces:
            return self.forces[slug]
        names = {entry.name: entry.slug for entry in self.forces.values()}
        close = nearest(slug, [*self.forces, *names], 5)
        slugs = list(dict.fromkeys(names.get(word, word) for word in close))[:3]
        step = f"did you mean {' or '.join(slugs)}?" if slugs else f"the names of all forces stand in {REGISTER}"
        raise SettingsError(
            [Problem(REGISTER, message=f"no force is called {slug[:60]!r}", found=slug[:60], next_step=step)]
        )

    @cached_property
    def ranges(self) -> tuple[tuple[IPv4Network, str, str], ...]:
        """Every allocated range with its force's slug and the place it is for, by address."""
        return tuple(
            sorted(
                (net, entry.slug, place)
                for entry in self.forces.values()
                for place, net in entry.allocation.ranges().items()
            )
        )


def read_register(root: Path) -> Register:
    """The register under `root`. Raises `SettingsError` with every mistake in it, overlapping ranges included."""
    return _register(*content_of(root / REGISTER, root))


@lru_cache(maxsize=8)
def _register(content: bytes, name: str) -> Register:
    source = parse(content, name)
    if not isinstance(source.values, dict):
        raise SettingsError([*source.problems, source.problem((), "is not a mapping")])
    rows = source.values.get("forces")
    if isinstance(rows, dict):
        rows = {slug: {"slug": slug, **row} if isinstance(row, dict) else row for slug, row in rows.items()}
    register, problems = validate(Register, {**source.values, "forces": rows}, source, lambda loc: loc)
    problems = [*source.problems, *problems, *(_mistakes(register, source) if register else ())]
    if problems or register is None:
        raise SettingsError(problems)
    return register


def _mistakes(register: Register, source: Source) -> Iterator[Problem]:
    codes: dict[str, str] = {}
    for slug, entry in register.forces.items():
        here: Steps = ("forces", slug)
        if entry.slug != slug:
            yield source.problem(
                (*here, "slug"), f"{entry.slug} is not the name the row stands under", next_step="leave it out"
            )
        if codes.setdefault(entry.code, slug) != slug:
            yield source.problem((*here, "code"), f"{entry.code} is the code of {codes[entry.code]} already")
        if entry.successor and entry.successor not in register.forces:
            yield source.problem((*here, "successor"), f"no force is called {entry.successor!r}")
        for place, net in entry.allocation.ranges().items():
            steps = (*here, "addresses", place)
            if not net.subnet_of(register.address_plan.space):
                yield source.problem(steps, f"{net} is outside the plan's {register.address_plan.space}")
            elif net.overlaps(register.address_plan.national):
                yield source.problem(
                    steps, f"{net} is in {register.address_plan.national}, which is kept for national use"
                )
    for (first, owner, _), (second, slug, place) in pairwise(register.ranges):
        if first.overlaps(second):
            yield source.problem(("forces", slug, "addresses", place), f"{second} overlaps {owner} ({first})")
