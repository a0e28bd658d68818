"""The rollout order of a fleet, `stacks/waves.yaml`: a canary force and then rings of forces.

waves = read_waves(root, stacks)
for ring in waves.rings_of(chosen): ...
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from os.path import lexists
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, PlainValidator

from bluelamp.core.environments import split
from bluelamp.core.fields import Label, Model, in_schema, refuse
from bluelamp.core.problems import Problem
from bluelamp.core.reader import content_of, parse
from bluelamp.core.register import Register, read_register
from bluelamp.core.source import Source, Steps, show
from bluelamp.core.suggestions import did_you_mean
from bluelamp.core.validation import checked
from bluelamp.reports.words import some

FILE: Final = "stacks/waves.yaml"
CANARY: Final = "canary"
"""The name of the first ring, which is one force."""
_PERCENT: Final = re.compile(r"(0|[1-9][0-9]?|100)%")
_MOST: Final = 1_000
_ALLOWED: Final = 'a number of forces, such as 1, or a percentage of the ring, such as "10%"'


@dataclass(frozen=True, slots=True)
class Limit:
    """The number of forces of a ring that may fail before the run stops: `count`, or `percent` of them."""

    count: int = 0
    percent: int | None = None

    def __str__(self) -> str:
        return str(self.count) if self.percent is None else f"{self.percent}%"

    def of(self, forces: int) -> int:
        """The failures allowed among this number of `forces`; a percentage is rounded down."""
        return self.count if self.percent is None else forces * self.percent // 100


@in_schema(
    anyOf=[
        {"type": "integer", "minimum": 0, "maximum": _MOST},
        {"type": "string", "pattern": f"^({_PERCENT.pattern})$"},
    ]
)
def _limit(value: object) -> Limit:
    if isinstance(value, Limit):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST:
        return Limit(value)
    if isinstance(value, str) and _PERCENT.fullmatch(value):
        return Limit(percent=int(value[:-1]))
    raise refuse(f"{show(value)} is not a failure limit", _ALLOWED)


class RingSettings(Model):
    """One ring: its name, its forces by their id in the register, and its failure limit."""

    name: Label
    forces: Annotated[tuple[str, ...], Field(min_length=1)]
    failure_limit: Annotated[Limit, PlainValidator(_limit)] = Limit()


class WavesSettings(Model):
    """The file: the canary force, and the rings that follow in order."""

    canary: str
    rings: Annotated[tuple[RingSettings, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Ring:
    """Stacks that are brought up together, and their failure limit; None is no limit."""

    name: str
    stacks: tuple[str, ...]
    limit: Limit | None = None

    @property
    def allowed(self) -> int | None:
        """The number of stacks that may fail; None without a limit."""
        return None if self.limit is None else self.limit.of(len(self.stacks))


@dataclass(frozen=True, slots=True)
class Waves:
    """The rings in order, by the ids of their forces. The canary is the first of them."""

    rings: tuple[tuple[str, tuple[str, ...], Limit], ...]

    def rings_of(self, chosen: Iterable[str]) -> list[Ring]:
        """The stacks `chosen` in their rings; a further environment of a force is in the force's ring.

        A ring without chosen stacks is left out.
        """
        stacks = list(chosen)
        found = (
            Ring(name, tuple(stack for force in forces for stack in stacks if _force(stack) == force), limit)
            for name, forces, limit in self.rings
        )
        return [ring for ring in found if ring.stacks]


def read_waves(root: Path, stacks: Sequence[str]) -> Waves | None:
    """The waves of the project at `root`; None if it has no such file.

    `stacks` are those that have a stack file: each of their forces is in one ring. Raises `SettingsError` with every
    mistake: a force that is unknown, in two places, or in none.
    """
    path = root / FILE
    if not lexists(path):
        return None
    source = parse(*content_of(path, root))
    made = checked(WavesSettings, source, lambda made: _mistakes(made, source, read_register(root), stacks))
    rings = ((ring.name, ring.forces, ring.failure_limit) for ring in made.rings)
    return Waves(((CANARY, (made.canary,), Limit()), *rings))


def _mistakes(made: WavesSettings, source: Source, register: Register, stacks: Sequence[str]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    names: set[str] = {CANARY}
    named: list[tuple[Steps, str]] = [(("canary",), made.canary)]
    for number, ring in enumerate(made.rings):
        if ring.name in names:
            yield source.problem(("rings", number, "name"), f"{ring.name} is the name of an earlier ring")
        names.add(ring.name)
        limit = ring.failure_limit
        if limit.percent is None and limit.count > len(ring.forces):
            message = f"{limit} is more than the {some(len(ring.forces), 'force')} of {ring.name}"
            step = "lower it, or set 100% for a ring that never stops the run"
            yield source.problem(("rings", number, "failureLimit"), message, next_step=step)
        named += [(("rings", number, "forces", place), force) for place, force in enumerate(ring.forces)]
    for steps, force in named:
        if force not in register.forces:
            step = did_you_mean(force, register.forces) or "name a force as in stacks/forces.yaml"
            yield source.problem(steps, f"{show(force)} is not a force", next_step=step)
        elif force in seen:
            yield source.problem(steps, f"{force} is already in {seen[force]}", next_step="remove one of the two")
        else:
            seen[force] = _ring(steps, made)
    for force in dict.fromkeys(map(_force, stacks)):
        if force not in seen and force in register.forces:
            yield source.problem(
                ("rings",), f"{force} is in no ring", allowed="every force with a stack file is in one", next_step=""
            )


def _ring(steps: Steps, made: WavesSettings) -> str:
    return CANARY if steps[0] == "canary" else made.rings[int(steps[1])].name


def _force(stack: str) -> str:
    return split(stack)[0]
