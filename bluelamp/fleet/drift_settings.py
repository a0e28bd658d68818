"""The drift settings of a force, `stacks/<force>/drift.yaml`: filters, and whether drift may be repaired.

found = read_drift(root, "essex", today)
result, ignored = found.sift(steps)
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fnmatch import fnmatchcase
from os.path import lexists
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from bluelamp import paths
from bluelamp.core.fields import Day, Model, refuse
from bluelamp.core.problems import Problem
from bluelamp.core.reader import content_of, parse
from bluelamp.core.source import Source, show
from bluelamp.core.validation import checked
from bluelamp.engine.events import Step
from bluelamp.policies.estate import canonical
from bluelamp.policies.settings import Sentence

FILE: Final = "stacks/{stack}/drift.yaml"
LONGEST: Final = timedelta(days=366)
"""The maximum time until a filter expires."""
_ANY: Final = "[*]"
_LONGEST_NAME: Final = 300


def _property(value: str) -> str:
    try:
        steps = paths.parse(value.replace(_ANY, "[0]"))
    except ValueError:
        steps = ()
    if not steps or "*" in value.replace(_ANY, "") or len(value) > _LONGEST_NAME or not value.isprintable():
        allowed = "a property path, such as tags.lastBackup or rules[*].priority; what is below it is ignored too"
        raise refuse(f"{show(value)} is not a valid property path", allowed)
    return value


def _pattern(value: str) -> str:
    if not value.strip("*?[] ") or len(value) > _LONGEST_NAME or not value.isprintable():
        raise refuse(f"{show(value)} is not a valid name", "a name; * matches any text, but a name must not be * alone")
    return value


Name = Annotated[str, AfterValidator(_pattern)]


class Filter(Model):
    """A property whose out-of-band changes are not drift, for resources of a type, a name, or both."""

    type: Name | None = None
    """The resource type, such as `azure-native:storage:StorageAccount`."""
    resource: Name | None = None
    """The resource's logical name."""
    property: Annotated[str, AfterValidator(_property)]
    reason: Sentence
    expiry: Day
    """The last day on which it applies, at most a year ahead."""

    def covers(self, step: Step, path: str) -> bool:
        """Whether it applies to the property at `path` of the step's resource."""
        if self.type is not None and not fnmatchcase(canonical(step.type), canonical(self.type)):
            return False
        if self.resource is not None and not fnmatchcase(step.name, self.resource):
            return False
        return _is_at_or_below(path, self.property)


class DriftSettings(Model):
    """The file. `repair` is whether `bluelamp drift --repair` may repair drift."""

    repair: bool = False
    ignore: Annotated[tuple[Filter, ...], Field(max_length=200)] = ()


@dataclass(frozen=True, slots=True)
class Ignored:
    """An out-of-band change that a filter in force excludes from drift."""

    urn: str
    property: str
    reason: str
    expiry: date


@dataclass(frozen=True, slots=True)
class Drift:
    """The drift filters of one force on one day. `expired` are filters that no longer apply."""

    repair: bool = False
    filters: tuple[Filter, ...] = ()
    expired: tuple[Filter, ...] = ()

    def sift(self, steps: Iterable[Step]) -> tuple[list[Step], list[Ignored]]:
        """The steps that are drift, without ignored properties, and the ignored changes.

        A deleted resource is always drift.
        """
        kept: list[Step] = []
        ignored: list[Ignored] = []
        for step in steps:
            by = {path: self._filter(step, path) for path in step.changes} if step.op == "update" else {}
            ignored += [Ignored(step.urn, path, one.reason, one.expiry) for path, one in by.items() if one]
            left = {path: kind for path, kind in step.changes.items() if not by.get(path)}
            if left or not step.changes:
                kept.append(replace(step, changes=left) if len(left) < len(step.changes) else step)
        return kept, ignored

    def _filter(self, step: Step, path: str) -> Filter | None:
        return next((each for each in self.filters if each.covers(step, path)), None)


def read_drift(root: Path, stack: str, today: date) -> Drift:
    """The drift filters of the force on the day `today`; without a file, there are none.

    Raises `SettingsError` with every mistake in the file.
    """
    path = root / FILE.format(stack=stack)
    if not lexists(path):
        return Drift()
    source = parse(*content_of(path, root))
    made = checked(DriftSettings, source, lambda made: _mistakes(made, source, today))
    return Drift(
        made.repair,
        tuple(each for each in made.ignore if each.expiry >= today),
        tuple(each for each in made.ignore if each.expiry < today),
    )


def _mistakes(made: DriftSettings, source: Source, today: date) -> Iterator[Problem]:
    for number, each in enumerate(made.ignore):
        steps = ("ignore", number)
        if each.type is None and each.resource is None:
            yield source.problem(steps, "names no type and no resource", next_step="add type, resource or both")
        if each.expiry > today + LONGEST:
            allowed = f"a day until {today + LONGEST}"
            yield source.problem((*steps, "expiry"), f"{each.expiry} is more than a year ahead", allowed=allowed)


def _is_at_or_below(path: str, wanted: str) -> bool:
    """Whether `path` is the property `wanted`, or within it; `[*]` in `wanted` matches any index."""
    try:
        steps = paths.parse(path)
        pattern = [(step, False) for step in paths.parse(wanted)] if _ANY not in wanted else _stepped(wanted)
    except ValueError:
        return False
    if len(steps) < len(pattern):
        return False
    return all(
        (any_index and isinstance(step, int)) or (not any_index and step == wanted_step)
        for step, (wanted_step, any_index) in zip(steps, pattern, strict=False)
    )


def _stepped(wanted: str) -> list[tuple[str | int, bool]]:
    """The steps of a property path, each with whether it is `[*]`."""
    found: list[tuple[str | int, bool]] = []
    parts = wanted.split(_ANY)
    for number, part in enumerate(parts):
        if part.strip("."):
            found += [(step, False) for step in paths.parse(part.lstrip("."))]
        if number < len(parts) - 1:
            found.append((0, True))
    return found
