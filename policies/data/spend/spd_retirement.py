"""Azure services with a retirement date."""

from typing import Final

from bluelamp.core.dates import today
from bluelamp.policies.controls import caf, cyber_essentials, iso, mcsb, ncsc
from bluelamp.policies.data._types import TAGGED
from bluelamp.policies.data.spend import _roadmap
from bluelamp.policies.data.spend._retirements import RETIRING, matches
from bluelamp.policies.estate import Estate
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, NotApplicable, Outcome, rule
from bluelamp.policies.value import Value

_TAGGED: Final = tuple(type_ for type_ in RETIRING if type_ in frozenset(TAGGED))


@rule(
    "BL-SPD-006",
    "Resources are not of a type with an announced Azure retirement",
    failure="Resource is of a type that Azure is about to retire",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("4", "5") + caf("A3.a", "B4.d") + iso("5.9", "8.8"),
    at=tuple(RETIRING),
    fix="Use the replacement that Microsoft's retirement announcement names.",
    example='network.PublicIPAddress("gateway", ..., sku={"name": "Standard"})',
)
def not_retiring(resource: Value) -> Outcome:
    """A resource that Azure retires has to be paid for and replaced on Microsoft's date, not on the force's."""
    for retirement, place in matches(resource):
        return Fail(
            place, f"a type that is supported after {retirement.last}", f"retired on that day: {retirement.title}"
        )
    return None


@rule(
    "BL-SPD-007",
    "Resources are not of a type that Azure has retired",
    failure="Resource is of a type that Azure has retired",
    severity=Severity.HIGH,
    controls=ncsc("4", "5") + caf("A3.a", "B4.d") + cyber_essentials("security-update-management") + mcsb("PV-6"),
    at=tuple(RETIRING),
    fix="Migrate to the replacement that Microsoft's retirement announcement names.",
    example='network.PublicIPAddress("gateway", ..., sku={"name": "Standard"})',
)
def not_retired(resource: Value) -> Outcome:
    """A retired service gets no security updates and can be switched off at any time. Cyber Essentials does not permit
    unsupported software.
    """
    for retirement, place in matches(resource, today()):
        return Fail(place, f"a supported type; the last day was {retirement.last}", retirement.title)
    return None


@rule(
    "BL-SPD-012",
    "Resources are supported by Azure until their milestone ends",
    failure="Resource is retired by Azure before its milestone ends",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("4", "5") + caf("A3.a", "B4.d") + iso("5.9", "8.8"),
    at=_TAGGED,
    estate=True,
    fix="Use the replacement, or move it to a milestone that ends before the retirement.",
    example="""
network.PublicIPAddress("gateway", ..., sku={"name": "Standard"}, tags={"roadmap-milestone": "hybrid-foundation"})
pulumi.ComponentResource(
    "bluelamp:spend:Milestone",
    "milestone-hybrid-foundation",
    {"id": "hybrid-foundation", "start": "2026-04-01", "end": "2027-03-31"},
)
""",
)
def supported_until_milestone_ends(resource: Value, estate: Estate) -> Outcome:
    """A milestone cannot be met on a service that no longer exists. The replacement is work outside the milestone's
    budget and dates.
    """
    named = resource["tags"]["roadmap-milestone"]
    milestone = _roadmap.milestone(named, estate)
    if milestone is None:
        return NotApplicable("it has no milestone of the roadmap")
    end = _roadmap.day(milestone["end"])
    for retirement, place in matches(resource, end):
        why = f"retired on {retirement.last}: {retirement.title}"
        return Fail(place, f"a type that is supported after {end}, the end of {named.known}", why)
    return None
