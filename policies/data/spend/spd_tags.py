"""What is paid by whom, and what has an end."""

from datetime import date
from typing import Final

from bluelamp.core.asset_type import TACTICAL
from bluelamp.core.dates import today
from bluelamp.policies.controls import caf, iso, mcsb, ncsc
from bluelamp.policies.data._types import TAGGED
from bluelamp.policies.data.spend import _roadmap
from bluelamp.policies.estate import Estate
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Fail, NotApplicable, Outcome, lacks, rule
from bluelamp.policies.tighter import Required
from bluelamp.policies.value import Value, some

BUDGET: Final = "azure-native:consumption:Budget"

_TAGS: Final = dict.fromkeys(TAGGED, "tags")
_EARLY: Final = 90
_LAST_DAYS: Final = {"1": (3, 31), "2": (6, 30), "3": (9, 30), "4": (12, 31)}


@rule(
    "BL-SPD-001",
    "Everything says who pays, who answers and what it is for",
    failure="Resource lacks cost or ownership tags",
    severity=Severity.MEDIUM,
    controls=ncsc("4") + caf("A1.b", "A3.a") + iso("5.9") + mcsb("AM-1"),
    at=_TAGS,
    fix="Add the missing tags; the modules set them from the force's settings.",
    example="""
resources.ResourceGroup(
    "records",
    tags={
        "cost-centre": "CC1042",
        "business-owner": "head-of-records@example.police.uk",
        "classification": "OFFICIAL",
        "roadmap-milestone": "2027-Q1",
    },
)
""",
)
def has_tags(
    tags: Value,
    *,
    required: Required[str] = ("cost-centre", "business-owner", "classification", "roadmap-milestone"),
) -> Outcome:
    """What has no owner is patched by nobody, switched off by nobody and paid by everybody."""
    absent = some((tags[name] for name in required), _is_empty)
    return Fail(absent, "a value", f"every one of {', '.join(required)} is wanted") if absent else None


@rule(
    "BL-SPD-002",
    "Tactical spend says when and how it ends",
    failure="Tactical resource has no complete exit plan",
    severity=Severity.MEDIUM,
    controls=ncsc("4") + caf("A3.a", "B4.a") + iso("5.9"),
    at=_TAGS,
    fix="Tag what is tactical with exit-date, successor-module, exit-cost-gbp and debt-id, or make it strategic.",
    example="""
resources.ResourceGroup(
    "interim-records",
    tags={
        "spend-type": "tactical",
        "exit-date": "2027-03-31",
        "successor-module": "modules/data/lake",
        "exit-cost-gbp": "12000",
        "debt-id": "TD-17",
    },
)
""",
)
def tactical_has_exit(tags: Value) -> Outcome:
    """Interim systems become permanent ones when nobody wrote down what replaces them, when, and what leaving costs."""
    spend = tags["spend-type"]
    if spend.missing:
        return NotApplicable("it does not say what kind of spend it is")
    if spend.text() == "strategic":
        return NotApplicable("it is strategic")
    if spend.text() != "tactical":
        return Fail(spend, ("strategic", "tactical"))
    absent = some((tags[name] for name in ("successor-module", "debt-id")), _is_empty)
    if absent:
        return Fail(absent, "a value")
    when = tags["exit-date"]
    if not _is_date(str(when.get(""))):
        return Fail(when, "a date such as 2027-03-31")
    cost = tags["exit-cost-gbp"]
    return None if str(cost.get("")).replace(",", "").isdigit() else Fail(cost, "a whole number of pounds")


@rule(
    "BL-SPD-003",
    "Tactical spend has not outlived its end",
    failure="Tactical resource is past its exit date",
    severity=Severity.MEDIUM,
    controls=ncsc("4") + caf("A3.a", "B4.a") + iso("5.9"),
    at={**dict.fromkeys(TAGGED, "tags.exit-date"), TACTICAL: "exitDate"},
    fix="Remove the resource, or agree another exit-date with whoever holds the debt and write it down.",
    example="""
resources.ResourceGroup("interim-records", tags={"spend-type": "tactical", "exit-date": "2099-03-31"})
""",
)
def exit_is_ahead(exit_date: Value) -> Outcome:
    """An exit date that has gone by is a promise that was broken in silence; the debt goes on growing unless somebody
    is asked.
    """
    when = _day(exit_date)
    if when is None:
        return NotApplicable("it names no day on which it ends")
    return Fail(exit_date, "a day that is still to come") if when < today() else None


@rule(
    "BL-SPD-004",
    "Tactical spend ends by its milestone",
    failure="Tactical resource outlasts its roadmap milestone",
    severity=Severity.LOW,
    controls=ncsc("4") + caf("A3.a", "B4.a") + iso("5.9"),
    at={**_TAGS, TACTICAL: ""},
    estate=True,
    fix="Bring the exit-date forward to the roadmap-milestone, or move the milestone in the roadmap.",
    example="""
resources.ResourceGroup("interim-records", tags={"exit-date": "2027-03-31", "roadmap-milestone": "2027-Q1"})
""",
)
def exit_by_milestone(spend: Value, estate: Estate) -> Outcome:
    """What replaces an interim system comes with the milestone. Paying for both afterwards is how a tactical choice
    becomes a dead end.
    """
    ledger = spend.resource.type == TACTICAL
    exit_date = spend["exitDate" if ledger else "exit-date"]
    milestone = spend["milestone" if ledger else "roadmap-milestone"]
    when, last = _day(exit_date), _last_day(milestone, estate)
    if when is None or last is None:
        return NotApplicable("it names no day on which it ends, or no milestone with a date")
    return Fail(exit_date, f"{last} at the latest, the end of {milestone.known}") if when > last else None


@rule(
    "BL-SPD-005",
    "Budgets warn before they are spent",
    failure="Budget has no early warning",
    severity=Severity.LOW,
    controls=ncsc("4") + caf("A3.a") + iso("5.9"),
    at=BUDGET,
    fix="Add an enabled notification at 90 per cent or less with somebody to tell.",
    example="""
consumption.Budget(
    "platform",
    ...,
    notifications={
        "early": {
            "enabled": True,
            "threshold": 80,
            "operator": "GreaterThanOrEqualTo",
            "contact_emails": ["finance@force.police.example"],
        }
    },
)
""",
)
def budget_warns(budget: Value) -> Outcome:
    """A budget stops nothing: all it does is tell somebody. One that tells nobody, or only when the money is gone, is
    a number in a portal.
    """
    if some(budget["notifications"].each(), _warns_early):
        return None
    return lacks(budget, f"an enabled notification at {_EARLY} per cent or less, with contacts")


def _is_empty(tag: Value) -> bool:
    return not str(tag.get("")).strip()


def _is_date(text: str) -> bool:
    return _parsed(text) is not None


def _day(tag: Value) -> date | None:
    return _parsed(str(tag.get("")))


def _last_day(milestone: Value, estate: Estate) -> date | None:
    """The last day of a milestone of the roadmap, or of one that is a day or a quarter (`2027-Q1`); None for others."""
    planned = _roadmap.milestone(milestone, estate)
    if planned is not None:
        return _roadmap.day(planned["end"])
    text = str(milestone.get("")).strip().upper()
    year, _, quarter = text.partition("-Q")
    if quarter in _LAST_DAYS and year.isdigit():
        return date(int(year), *_LAST_DAYS[quarter])
    return _parsed(text)


def _parsed(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _warns_early(notification: Value) -> bool:
    contacts = [notification[name] for name in ("contactEmails", "contactGroups", "contactRoles")]
    return (
        notification["enabled"].get(False) is True
        and float(notification["threshold"].get(100)) <= _EARLY
        and some(contacts, lambda each: next(each.each(), None) is not None) is not None
    )
