"""Personal data: location, ownership tags and retention groups."""

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
    "Personal data is stored in a United Kingdom region",
    failure="Personal data is stored outside the United Kingdom regions",
    severity=Severity.CRITICAL,
    controls=ncsc("2.1") + caf("B3.a", "B3.c") + dpa("73") + iso("5.34") + mcsb("AM-2"),
    at=TAGGED,
    fix="Set the location to uksouth or ukwest, and use a service that stores data in its region.",
    example="""
storage.StorageAccount("records", ..., location="uksouth", tags={"personal-data": "true"})
""",
)
def personal_data_in_region(resource: Value, *, among: Allowed[str] = ("uksouth", "ukwest")) -> Outcome:
    """A service without a region may store data anywhere. Personal data there is an undecided transfer under Part 3 of
    the Data Protection Act 2018.
    """
    if resource["tags"]["personal-data"].text() not in _YES:
        return _NOT_KNOWN
    location = resource["location"]
    if location.missing:
        return NotApplicable("it has the location of its resource group, which is judged separately")
    return None if location.text().replace(" ", "") in among else Fail(location, among)


@rule(
    "BL-DAT-004",
    "Personal data has an owner, a DPIA and a retention group",
    failure="Personal data lacks an owner, a DPIA or a retention group",
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
def personal_data_has_owner_and_dpia(
    tags: Value, *, required: Required[str] = ("information-asset-owner", "dpia", "retention-group")
) -> Outcome:
    """Personal data requires an accountable owner, an assessed risk and an end. An inspection can only find what is
    recorded on the resource.
    """
    if tags["personal-data"].text() not in _YES:
        return _NOT_KNOWN
    absent = some((tags[name] for name in required), lambda tag: tag.text().strip() == "")
    return Fail(absent, "a value", f"every one of {', '.join(required)} is required") if absent else None


@rule(
    "BL-DAT-005",
    "Retention group tags are valid MoPI groups",
    failure="Retention group tag is not a valid MoPI group",
    severity=Severity.LOW,
    controls=caf("B3.a") + dpa("39") + iso("5.33") + policing("information-management", "decommissioning"),
    at=dict.fromkeys(TAGGED, "tags.retention-group"),
    fix="Set the tag to a group of the management of police information (MoPI), 1 to 4.",
    example='storage.StorageAccount("records", ..., tags={"retention-group": "3"})',
)
def retention_group_is_known(group: Value, *, groups: Allowed[str] = ("1", "2", "3", "4")) -> Outcome:
    """Review dates follow from the retention group. Records with an invalid group are missed at review and disposal."""
    if group.missing:
        return NotApplicable("it has no retention-group tag")
    return None if group.text().strip() in groups else Fail(group, groups)
