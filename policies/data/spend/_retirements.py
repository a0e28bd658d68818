"""The register of Azure retirements, `retirements.json`, and the entries that a resource matches."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from bluelamp.core.resource import UNKNOWN
from bluelamp.policies.estate import canonical, kind_of
from bluelamp.policies.value import UnknownValue, Value, places

_MISSING: Final = "-"


@dataclass(frozen=True)
class Retirement:
    """One entry: what is retired, the last day of support, Microsoft's announcement, and the day it was read."""

    id: str
    title: str
    last: date
    source: str
    seen_on: date


@dataclass(frozen=True)
class Condition:
    """A condition that a property has one of `values`: patterns in lower case, `-` for a missing property."""

    path: str
    values: tuple[str, ...]


Predicate = tuple[Retirement, tuple[Condition, ...]]


def register() -> list[Mapping[str, Any]]:
    """The entries of the file, by date."""
    text = Path(__file__).with_name("retirements.json").read_text(encoding="utf-8")
    entries: list[Mapping[str, Any]] = json.loads(text)["retirements"]
    return entries


def _by_type() -> dict[str, tuple[Predicate, ...]]:
    found: dict[str, list[Predicate]] = {}
    for entry in register():
        last, seen = (date.fromisoformat(entry[key]) for key in ("date", "seenOn"))
        retirement = Retirement(entry["id"], entry["title"], last, entry["source"], seen)
        for each in entry["when"]:
            where = tuple(Condition(one["path"], tuple(map(str.lower, one["values"]))) for one in each["where"])
            found.setdefault(each["type"], []).append((retirement, where))
    return {type_: tuple(listed) for type_, listed in found.items()}


RETIRING: Final[Mapping[str, tuple[Predicate, ...]]] = _by_type()
"""The retirements by type, each type's by date."""


def matches(resource: Value, before: date = date.max) -> Iterator[tuple[Retirement, Value]]:
    """The matching entries with a last day before `before`, by date, each with the decisive place.

    After those, raises `UnknownValue` if an unknown value decides whether there are more.
    """
    doubt: UnknownValue | None = None
    for retirement, where in RETIRING.get(canonical(resource.resource.type), ()):
        if retirement.last >= before:
            break
        try:
            place = _place(resource, where)
        except UnknownValue as unknown:
            doubt = doubt or unknown
        else:
            if place is not None:
                yield retirement, place
    if doubt is not None:
        raise doubt


def _place(resource: Value, where: tuple[Condition, ...]) -> Value | None:
    """The place of the last condition if all are met; None if one is not, even if others are unknown."""
    found, doubt = resource, None
    for condition in where:
        try:
            place = _holds(resource, condition)
        except UnknownValue as unknown:
            doubt = unknown
            continue
        if place is None:
            return None
        found = place
    if doubt is not None:
        raise doubt
    return found


def _holds(resource: Value, condition: Condition) -> Value | None:
    doubt: UnknownValue | None = None
    for place in places(resource, condition.path):
        try:
            if _is_among(place, condition.values):
                return place
        except UnknownValue as unknown:
            doubt = unknown
    if doubt is not None:
        raise doubt
    return None


def _is_among(place: Value, values: tuple[str, ...]) -> bool:
    if place.raw is UNKNOWN:
        # The id of a resource that does not exist yet; its type is known.
        kinds = [f"/{kind_of(urn).rpartition(':')[2]}s/".lower() for urn in place.references]
        retired = {any(fnmatchcase(kind, value) for value in values) for kind in kinds}
        if len(retired) == 1 and any("/" in value for value in values):
            return retired.pop()
    text = place.text(_MISSING)
    return any(fnmatchcase(text, value) for value in values)
