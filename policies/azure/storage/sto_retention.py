"""Storage accounts: immutability and lifecycle rules."""

from typing import Final

from bluelamp.policies.azure._arm import owner
from bluelamp.policies.azure.storage.sto_accounts import ACCOUNT
from bluelamp.policies.controls import caf, dpa, iso, mcsb, ncsc, policing
from bluelamp.policies.estate import Estate
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Fail, Must, NotApplicable, Outcome, rule
from bluelamp.policies.tighter import EachAtLeast
from bluelamp.policies.value import Value, places, some

IMMUTABILITY: Final = "azure-native:storage:BlobContainerImmutabilityPolicy"
LIFECYCLE: Final = "azure-native:storage:ManagementPolicy"

_RETENTION_TAG: Final = "retention-group"
_YEAR: Final = 365
_DELETIONS: Final = tuple(
    f"definition.actions.{what}.delete.{since}GreaterThan"
    for what, moments in {
        "baseBlob": ("daysAfterCreation", "daysAfterModification", "daysAfterLastAccessTime"),
        "snapshot": ("daysAfterCreation",),
        "version": ("daysAfterCreation",),
    }.items()
    for since in moments
)


@rule(
    "BL-STO-028",
    "Immutability policies protect data for at least 30 days",
    must=Must("immutabilityPeriodSinceCreationInDays", minimum=30),
    failure="Immutability policy protects data for fewer than 30 days",
    severity=Severity.MEDIUM,
    controls=ncsc("2.5")
    + caf("B5.c", "C1.b")
    + iso("5.28", "5.33")
    + mcsb("BR-2")
    + policing("information-management"),
    at=IMMUTABILITY,
    fix="Set immutabilityPeriodSinceCreationInDays to 30 or more, or to the retention period of the records.",
    example="""
storage.BlobContainerImmutabilityPolicy("records", ..., immutability_period_since_creation_in_days=2190)
""",
)
def immutability_period() -> None:
    """Attackers can wait out a short period. Evidence and logs have to be protected from administrators for as long as
    there may be an interest in changing them.
    """


@rule(
    "BL-STO-031",
    "Lifecycle rules keep records for their full retention period",
    failure="Lifecycle rule deletes records before their retention period ends",
    severity=Severity.HIGH,
    controls=ncsc("2.3")
    + caf("B3.c")
    + dpa("39")
    + iso("5.33", "8.10")
    + mcsb("DP-1")
    + policing("information-management"),
    at=LIFECYCLE,
    estate=True,
    fix="Set the deletion to after the clear period of the account's retention-group tag, or remove it.",
    example="""
account = storage.StorageAccount("records", ..., account_name="strecords", tags={"retention-group": "3"})
storage.ManagementPolicy(
    "records",
    ...,
    account_name="strecords",
    policy={
        "rules": [
            {
                "name": "dispose",
                "type": "Lifecycle",
                "definition": {"actions": {"base_blob": {"delete": {"days_after_modification_greater_than": 2555}}}},
            }
        ]
    },
)
""",
)
def lifecycle_rules_respect_retention(
    policy: Value, estate: Estate, *, years: EachAtLeast[int] = (100, 10, 6, 6)
) -> Outcome:
    """Police records are kept for the clear period of their retention group, and then reviewed: `years` has the periods
    of groups 1 to 4. A lifecycle rule deletes without review; early deletion loses records that a later inquiry needs.
    """
    group = _retention_group(policy, estate)
    if not 1 <= group <= len(years):
        return NotApplicable("its account has no retention-group tag")
    least = years[group - 1] * _YEAR
    early = some(places(policy, "policy.rules[*]"), lambda each: bool(_shorter_periods(each, least)))
    if early is None:
        return None
    days = _shorter_periods(early, least)[0]
    return Fail(days, f"at least {least} days", f"retention group {group} is kept for {years[group - 1]} years")


def _shorter_periods(rule: Value, least: int) -> list[Value]:
    """The deletion periods of `rule`, if it is enabled, that are shorter than `least` days."""
    if rule["enabled"].get(True) is False:
        return []
    return [days for days in map(rule.at, _DELETIONS) if days.get(least) < least]


def _retention_group(policy: Value, estate: Estate) -> int:
    """The retention group in the tags of the policy's account; 0 if there is none."""
    account = owner(policy, estate, ACCOUNT)
    group = account["tags"][_RETENTION_TAG].text() if account else ""
    return int(group) if group.isdigit() else 0
