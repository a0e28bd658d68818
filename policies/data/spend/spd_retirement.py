"""What Azure retires: a dead end that is known before anything is built on it."""

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
    "Nothing is built on what Azure is going to retire",
    failure="Resource is of a kind that Azure is about to retire",
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
    for retirement, place in matches(resource):
        return Fail(place, f"what outlasts {retirement.last}", f"retired then: {retirement.title}")
    return None


@rule(
    "BL-SPD-007",
    "Nothing stands on what Azure has retired",
    failure="Resource is of a kind that Azure has retired",
    severity=Severity.HIGH,
    controls=ncsc("4", "5") + caf("A3.a", "B4.d") + cyber_essentials("security-update-management") + mcsb("PV-6"),
    at=tuple(RETIRING),
    fix="Move to the kind that takes its place; the service's page on the retirement names it.",
    example='network.PublicIPAddress("gateway", ..., sku={"name": "Standard"})',
)
def not_retired(resource: Value) -> Outcome:
    """What is retired gets no security updates and can be switched off on any day. Cyber Essentials fails a force for
    it.
    """
    for retirement, place in matches(resource, today()):
        return Fail(place, f"what is supported; the last day was {retirement.last}", retirement.title)
    return None


@rule(
    "BL-SPD-012",
    "Nothing is retired by Azure before its milestone ends",
    failure="Resource is retired by Azure before its milestone ends",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("4", "5") + caf("A3.a", "B4.d") + iso("5.9", "8.8"),
    at=_TAGGED,
    estate=True,
    fix="Take the kind that takes its place, or move the replacement to a milestone that ends before the retirement.",
    example="""
network.PublicIPAddress("gateway", ..., sku={"name": "Standard"}, tags={"roadmap-milestone": "hybrid-foundation"})
pulumi.ComponentResource(
    "bluelamp:spend:Milestone",
    "milestone-hybrid-foundation",
    {"id": "hybrid-foundation", "start": "2026-04-01", "end": "2027-03-31"},
)
""",
)
def outlasts_milestone(resource: Value, estate: Estate) -> Outcome:
    """A milestone that is reached on a service that is gone by then is not reached. The replacement is work that the
    milestone's budget and dates do not have.
    """
    named = resource["tags"]["roadmap-milestone"]
    milestone = _roadmap.milestone(named, estate)
    if milestone is None:
        return NotApplicable("it carries no milestone of the roadmap")
    end = _roadmap.day(milestone["end"])
    for retirement, place in matches(resource, end):
        why = f"retired on {retirement.last}: {retirement.title}"
        return Fail(place, f"what outlasts {end}, the end of {named.known}", why)
    return None
