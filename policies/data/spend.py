"""What is paid by whom, and what has an end."""

from datetime import date
from typing import Final

from policies.controls import caf, ncsc
from policies.data._types import TAGGED
from policies.model import Severity
from policies.rule import Fail, NotApplicable, Outcome, rule
from policies.tighter import Required
from policies.value import Value, some

_TAGS: Final = dict.fromkeys(TAGGED, "tags")


@rule(
    "BL-SPD-001",
    "Everything says who pays, who answers and what it is for",
    severity=Severity.MEDIUM,
    controls=ncsc("4") + caf("A1.b", "A3.a"),
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
    severity=Severity.MEDIUM,
    controls=ncsc("4") + caf("A3.a", "B4.a"),
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


def _is_empty(tag: Value) -> bool:
    return not str(tag.get("")).strip()


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
