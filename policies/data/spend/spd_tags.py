"""Cost and ownership tags, exit plans and budgets."""

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
    "Resources have cost centre, owner, classification and milestone tags",
    failure="Resource lacks a cost centre, owner, classification or milestone tag",
    severity=Severity.MEDIUM,
    controls=ncsc("4") + caf("A1.b", "A3.a") + iso("5.9") + mcsb("AM-1"),
    at=_TAGS,
    fix="Add the missing tags. The modules set them from the force's settings.",
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
    """A resource without an owner is not patched, not switched off and not charged to a budget."""
    absent = some((tags[name] for name in required), _is_empty)
    return Fail(absent, "a value", f"every one of {', '.join(required)} is required") if absent else None


@rule(
    "BL-SPD-002",
    "Tactical resources have a complete exit plan",
    failure="Tactical resource has no complete exit plan",
    severity=Severity.MEDIUM,
    controls=ncsc("4") + caf("A3.a", "B4.a") + iso("5.9"),
    at=_TAGS,
    fix="Add the tags exit-date, successor-module, exit-cost-gbp and debt-id, or set spend to strategic.",
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
def has_exit_plan(tags: Value) -> Outcome:
    """Temporary systems become permanent when their replacement, end date and exit cost are not recorded."""
    spend = tags["spend-type"]
    if spend.missing:
        return NotApplicable("it has no spend tag")
    if spend.text() == "strategic":
        return NotApplicable("it is strategic spend")
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
    "Tactical resources are before their exit date",
    failure="Tactical resource is past its exit date",
    severity=Severity.MEDIUM,
    controls=ncsc("4") + caf("A3.a", "B4.a") + iso("5.9"),
    at={**dict.fromkeys(TAGGED, "tags.exit-date"), TACTICAL: "exitDate"},
    fix="Remove the resource, or agree another exit-date with the owner of the debt and record it.",
    example="""
resources.ResourceGroup("interim-records", tags={"spend-type": "tactical", "exit-date": "2099-03-31"})
""",
)
def exit_date_not_passed(exit_date: Value) -> Outcome:
    """A passed exit date means that a commitment was not met. The technical debt grows until it is addressed."""
    when = _day(exit_date)
    if when is None:
        return NotApplicable("it has no exit-date tag")
    return Fail(exit_date, "a future date") if when < today() else None


@rule(
    "BL-SPD-004",
    "Tactical resources end by the end of their milestone",
    failure="Tactical resource outlasts its roadmap milestone",
    severity=Severity.LOW,
    controls=ncsc("4") + caf("A3.a", "B4.a") + iso("5.9"),
    at={**_TAGS, TACTICAL: ""},
    estate=True,
    fix="Set exit-date to the end of roadmap-milestone or before, or move the milestone in the roadmap.",
    example="""
resources.ResourceGroup("interim-records", tags={"exit-date": "2027-03-31", "roadmap-milestone": "2027-Q1"})
""",
)
def ends_by_milestone(spend: Value, estate: Estate) -> Outcome:
    """The milestone delivers the replacement of a tactical system. Paying for both afterwards makes the tactical choice
    a dead end.
    """
    ledger = spend.resource.type == TACTICAL
    exit_date = spend["exitDate" if ledger else "exit-date"]
    milestone = spend["milestone" if ledger else "roadmap-milestone"]
    when, last = _day(exit_date), _last_day(milestone, estate)
    if when is None or last is None:
        return NotApplicable("it has no exit-date tag, or no milestone with a date")
    return Fail(exit_date, f"{last} at the latest, the end of {milestone.known}") if when > last else None


@rule(
    "BL-SPD-005",
    "Budgets have an alert at 90 per cent or less",
    failure="Budget has no alert at 90 per cent or less",
    severity=Severity.LOW,
    controls=ncsc("4") + caf("A3.a") + iso("5.9"),
    at=BUDGET,
    fix="Add an enabled notification at 90 per cent or less, with contacts.",
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
def budget_alert(budget: Value) -> Outcome:
    """A budget does not limit spend; it only notifies. Without a notification before the budget is used up, it has no
    effect.
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
    """The last day of a milestone in the roadmap, or of a date or quarter (`2027-Q1`); None for any other text."""
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
