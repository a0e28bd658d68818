"""The register of police forces and the address plan: `stacks/forces.yaml`, typed."""

from collections.abc import Iterator
from difflib import get_close_matches
from functools import cached_property, lru_cache
from ipaddress import IPv4Network
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr, StringConstraints

from bluelamp.core.environments import ENVIRONMENTS, PROD, Environment, join, slices
from bluelamp.core.environments import split as split_stack
from bluelamp.core.fields import Day, Label, Model, Network, Text
from bluelamp.core.problems import Problem, SettingsError
from bluelamp.core.reader import content_of, parse
from bluelamp.core.source import Source, Steps
from bluelamp.core.suggestions import nearest
from bluelamp.core.validation import validate

REGISTER = "stacks/forces.yaml"
"""The register's path in the project."""


class Allocation(Model):
    """Address ranges of one force: one in each Azure region and one for its own data centres."""

    uksouth: Network
    ukwest: Network
    on_premises: Network

    def ranges(self) -> dict[str, IPv4Network]:
        """Every range by its place: `uksouth`, `ukwest`, `onPremises`."""
        return {"uksouth": self.uksouth, "ukwest": self.ukwest, "onPremises": self.on_premises}

    def first_hub(self, region: Literal["uksouth", "ukwest"]) -> IPv4Network:
        """The first /22 of the allocation in `region`, the default range of the hub."""
        whole = self.ranges()[region]
        return next(whole.subnets(new_prefix=max(whole.prefixlen, 22)))


class Entry(Model):
    """One force in the register, or one environment of it. The file's header describes the fields."""

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
    environments: dict[Environment, Allocation] = {}
    """The ranges of an environment, inside the force's; by default, an eighth of them."""
    _environment: str = PrivateAttr("")

    @property
    def environment(self) -> str:
        """The environment, such as `dev`; empty for production, whose stack has the force's name."""
        return self._environment

    @property
    def force(self) -> str:
        """The force's id: `essex`, also for its environment `essex-dev`, whose slug is its stack's name."""
        return self.slug.removesuffix(f"-{self._environment}") if self._environment else self.slug

    def in_environment(self, environment: str) -> "Entry":
        """The force's environment, with its own stack name, display name and address ranges.

        Raises `SettingsError` if the force's ranges are too small to divide.
        """
        ranges = self.environments.get(environment)  # type: ignore[call-overload] # any text is possible
        if ranges is None:
            whole = self.allocation.ranges()
            parts = {place: slices(net).get(environment) for place, net in whole.items()}
            small = next((place for place, part in parts.items() if part is None), None)
            if small:
                raise SettingsError(
                    [
                        Problem(
                            REGISTER,
                            path=f"forces.{self.slug}.addresses.{small}",
                            message=f"{whole[small]} is too small to be divided among environments",
                            next_step=f"write the ranges under forces.{self.slug}.environments.{environment}",
                        )
                    ]
                )
            ranges = Allocation.model_validate(parts)
        made = self.model_copy(
            update={
                "slug": join(self.slug, environment),
                "name": f"{self.name} ({environment})",
                "allocation": ranges,
                "environments": {},
            }
        )
        made._environment = environment
        return made


class Plan(Model):
    """The address plan: its address space, and the day from which it applies."""

    dated: Day
    source: Text
    space: Network
    national: Network
    """The range inside `space` reserved for shared national use."""


class Register(Model):
    """Every force, by slug, in the register's order."""

    address_plan: Plan
    forces: dict[str, Entry]

    def entry(self, slug: str) -> Entry:
        """The force with the id `slug`, or a force's environment (`essex-dev`).

        Raises `SettingsError` with the nearest names if there is none.
        """
        if slug in self.forces:
            return self.forces[slug]
        force, environment = split_stack(slug)
        if environment and force in self.forces:
            return self.forces[force].in_environment(environment)
        raise SettingsError([self._unknown(slug)])

    def knows(self, slug: str) -> bool:
        """Whether `slug` is a force's name or that of a force's environment."""
        force, environment = split_stack(slug)
        return slug in self.forces or (bool(environment) and force in self.forces)

    @property
    def stacks(self) -> list[str]:
        """The name of every possible stack, of forces and of their environments."""
        return [stack for slug in self.forces for stack in (slug, *(join(slug, each) for each in ENVIRONMENTS))]

    def _unknown(self, slug: str) -> Problem:
        found = slug[:60]
        owner = max((each for each in self.forces if slug.startswith(f"{each}-")), key=len, default="")
        word = slug.removeprefix(f"{owner}-")[:60]
        known = [text.casefold() for entry in self.forces.values() for text in (entry.slug, entry.name)]
        if owner and word and not get_close_matches(found.casefold(), known, n=1, cutoff=0.85):
            allowed = ", ".join(f"{owner}-{each}" for each in ENVIRONMENTS)
            close = nearest(word, [*ENVIRONMENTS, PROD, "live"], 1)
            step = f"did you mean {owner}-{close[0]}?" if close else ""
            if close and close[0] not in ENVIRONMENTS:
                step = f"did you mean {owner}? Its production environment has the force's own name"
            message = f"{owner} has no environment called {word!r}"
            return Problem(REGISTER, message=message, found=found, allowed=f"allowed: {allowed}", next_step=step)
        slugs = self._close(slug)
        step = f"did you mean {' or '.join(slugs)}?" if slugs else f"{REGISTER} lists all forces"
        return Problem(REGISTER, message=f"unknown force {found!r}", found=found, next_step=step)

    def _close(self, slug: str) -> list[str]:
        """The stacks with names similar to `slug`, with its environment if it ends in one."""
        force, environment = split_stack(slug)
        names = {entry.name: entry.slug for entry in self.forces.values()}
        close = nearest(force, [*self.forces, *names], 5)
        slugs = list(dict.fromkeys(names.get(word, word) for word in close))[:3]
        return [join(each, environment) for each in slugs]

    @cached_property
    def ranges(self) -> tuple[tuple[IPv4Network, str, str], ...]:
        """Every allocated range with its force's slug and its place, by address."""
        return tuple(
            sorted(
                (net, entry.slug, place)
                for entry in self.forces.values()
                for place, net in entry.allocation.ranges().items()
            )
        )


def read_register(root: Path) -> Register:
    """The register under `root`. Raises `SettingsError` with every mistake in it, overlapping ranges included."""
    return parsed(*content_of(root / REGISTER, root))


@lru_cache(maxsize=8)
def parsed(content: bytes, name: str) -> Register:
    """The register in `content`, called `name` in messages. Raises `SettingsError` with every mistake in it."""
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
            yield source.problem((*here, "slug"), f"{entry.slug} is not the key of the row", next_step="leave it out")
        if codes.setdefault(entry.code, slug) != slug:
            yield source.problem((*here, "code"), f"{entry.code} is the code of {codes[entry.code]} already")
        if entry.successor and entry.successor not in register.forces:
            yield source.problem((*here, "successor"), f"unknown force {entry.successor!r}")
        owner, environment = split_stack(slug)
        if environment and owner in register.forces:
            yield source.problem(
                here,
                f"{slug} is the name of {owner}'s environment {environment}",
                next_step="rename the force",
                key=True,
            )
        yield from _of_environments(entry, source)
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


def _of_environments(entry: Entry, source: Source) -> Iterator[Problem]:
    """Problems of environment ranges that are outside the force's range, or overlap."""
    taken: list[tuple[str, str, IPv4Network]] = []
    for environment, allocation in entry.environments.items():
        for place, net in allocation.ranges().items():
            steps: Steps = ("forces", entry.slug, "environments", environment, place)
            whole = entry.allocation.ranges()[place]
            if not net.subnet_of(whole):
                yield source.problem(steps, f"{net} is outside {entry.slug}'s {whole}")
            for other, there, theirs in taken:
                if there == place and net.overlaps(theirs):
                    yield source.problem(steps, f"{net} overlaps {entry.slug}-{other} ({theirs})")
            taken.append((environment, place, net))
