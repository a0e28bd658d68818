"""Personal data: where it is, who answers for it, and when it ends."""

from typing import Final

from bluelamp.policies.controls import caf, dpa, iso, mcsb, ncsc, policing
from bluelamp.policies.data._types import TAGGED
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Fail, NotApplicable, Outcome, rule
from bluelamp.policies.tighter import Allowed, Required
from bluelamp.policies.value import Value, some

_YES: Final = frozenset({"true", "yes"})
_NOT_KNOWN: Final = NotApplicable("it is not tagged as holding personal data")


@rule(
    "BL-DAT-003",
    "Personal data stands in a region of the United Kingdom",
    failure="Personal data is stored outside the regions of the United Kingdom",
    severity=Severity.CRITICAL,
    controls=ncsc("2.1") + caf("B3.a", "B3.c") + dpa("73") + iso("5.34") + mcsb("AM-2"),
    at=TAGGED,
    fix="Set the location to uksouth or ukwest, and use a service that keeps its data in its region.",
    example="""
storage.StorageAccount("records", ..., location="uksouth", tags={"personal-data": "true"})
""",
)
def personal_data_in_region(resource: Value, *, among: Allowed[str] = ("uksouth", "ukwest")) -> Outcome:
    """A service without a region keeps what it holds wherever it likes. Personal data there is a transfer that nobody
    decided, under Part 3 of the Data Protection Act 2018.
    """
    if resource["tags"]["personal-data"].text() not in _YES:
        return _NOT_KNOWN
    location = resource["location"]
    if location.missing:
        return NotApplicable("it stands where its resource group does, which is judged itself")
    return None if location.text().replace(" ", "") in among else Fail(location, among)


@rule(
    "BL-DAT-004",
    "Personal data has an owner, an assessment and an end",
    failure="Personal data lacks an owner, impact assessment or retention group",
    severity=Severity.HIGH,
    controls=ncsc("4")
    + caf("A1.b", "B3.a")
    + dpa("39", "62")
    + iso("5.9", "5.34")
    + policing("information-management"),
    at=dict.fromkeys(TAGGED, "tags"),
    fix="Add the tags information-asset-owner, dpia and retention-group.",
    example="""
storage.StorageAccount(
    "records",
    ...,
    tags={
        "personal-data": "true",
        "information-asset-owner": "head-of-crime@force.police.example",
        "dpia": "DPIA-2027-014",
        "retention-group": "3",
    },
)
""",
)
def personal_data_is_answered_for(
    tags: Value, *, required: Required[str] = ("information-asset-owner", "dpia", "retention-group")
) -> Outcome:
    """Somebody has to answer for personal data, to have thought about its risk, and to know when it goes. What is not
    written on the resource is found by nobody in the week of an inspection.
    """
    if tags["personal-data"].text() not in _YES:
        return _NOT_KNOWN
    absent = some((tags[name] for name in required), lambda tag: tag.text().strip() == "")
    return Fail(absent, "a value", f"every one of {', '.join(required)} is wanted") if absent else None


@rule(
    "BL-DAT-005",
    "Retention groups are those of the police",
    failure="Retention group is not one of the police retention groups",
    severity=Severity.LOW,
    controls=caf("B3.a") + dpa("39") + iso("5.33") + policing("information-management", "decommissioning"),
    at=dict.fromkeys(TAGGED, "tags.retention-group"),
    fix="Tag it with a group of the management of police information, 1 to 4.",
    example='storage.StorageAccount("records", ..., tags={"retention-group": "3"})',
)
def retention_group_is_known(group: Value, *, groups: Allowed[str] = ("1", "2", "3", "4")) -> Outcome:
    """Review dates follow from the group. One that is misspelt belongs to no group, and its records are never reviewed
    and never end.
    """
    if group.missing:
        return NotApplicable("it carries no retention group")
    return None if group.text().strip() in groups else Fail(group, groups)
