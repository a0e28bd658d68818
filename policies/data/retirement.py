"""What Azure retires: a dead end that is known before anything is built on it."""

from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from bluelamp.policies.controls import caf, cyber_essentials, iso, mcsb, ncsc
from bluelamp.policies.estate import canonical, kind_of
from bluelamp.policies.model import UNKNOWN, Enforcement, Severity
from bluelamp.policies.rule import Fail, Outcome, rule
from bluelamp.policies.value import Value


@dataclass(frozen=True)
class Retirement:
    """The values of a property (all of the type where `path` is empty) that Azure retires, and the last day."""

    path: str
    values: tuple[str, ...]
    last: date


_LINES: Final = [
    line.split()
    for line in Path(__file__).with_name("retiring.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]

RETIRING: Final = {
    f"azure-native:{type_}": Retirement(path.strip("."), tuple(values.lower().split(",")), date.fromisoformat(last))
    for type_, path, values, last in _LINES
}
"""What Azure retires, by type."""

AS_OF: Final = date(2026, 11, 25)
"""The day of the table: what has its last day before it is retired, what has it later is announced."""

RETIRED: Final = tuple(type_ for type_, retirement in RETIRING.items() if retirement.last < AS_OF)


@rule(
    "BL-SPD-006",
    "Nothing is built on what Azure is going to retire",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("4", "5") + caf("A3.a", "B4.d") + iso("5.9", "8.8"),
    at=tuple(RETIRING),
    fix="Take the kind that takes its place; the service's page on the retirement names it.",
    example='network.PublicIPAddress("gateway", ..., sku={"name": "Standard"})',
)
def not_retiring(resource: Value) -> Outcome:
    """What has a last day has to be paid for twice: once now, and once more when it is replaced, on Microsoft's date
    and not the force's.
    """
    found = _retired(resource)
    return Fail(found, f"what outlasts {RETIRING[canonical(resource.resource.type)].last}") if found else None


@rule(
    "BL-SPD-007",
    "Nothing stands on what Azure has retired",
    severity=Severity.HIGH,
    controls=ncsc("4", "5") + caf("A3.a", "B4.d") + cyber_essentials("security-update-management") + mcsb("PV-6"),
    at=RETIRED,
    fix="Move to the kind that takes its place; the service's page on the retirement names it.",
    example='network.PublicIPAddress("gateway", ..., sku={"name": "Standard"})',
)
def not_retired(resource: Value) -> Outcome:
    """What is retired gets no security updates and can be switched off on any day. Cyber Essentials fails a force for
    it.
    """
    found = _retired(resource)
    last = RETIRING[canonical(resource.resource.type)].last
    return Fail(found, f"what is supported; the last day was {last}") if found else None


def _retired(resource: Value) -> Value | None:
    """The place that says it is a retired kind. Raises `UnknownValue` when that cannot be told yet."""
    retirement = RETIRING[canonical(resource.resource.type)]
    place = resource.at(retirement.path)
    if place.raw is UNKNOWN:
        # It is the id of something that is not there yet; of which type that is, is known.
        kinds = [f"/{kind_of(urn).rpartition(':')[2]}s/".lower() for urn in place.references]
        retired = {any(fnmatchcase(kind, value) for value in retirement.values) for kind in kinds}
        if len(retired) == 1:
            return place if retired.pop() else None
    return place if any(fnmatchcase(place.text("-"), value) for value in retirement.values) else None
