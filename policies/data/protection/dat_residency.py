"""Location and classification of resources."""

import re
from typing import Final

from bluelamp.policies.controls import caf, dpa, iso, mcsb, ncsc, policing
from bluelamp.policies.data._types import LOCATED, TAGGED
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Fail, NotApplicable, Outcome, rule
from bluelamp.policies.tighter import Allowed
from bluelamp.policies.value import Value

COSMOS: Final = "azure-native:cosmosdb:DatabaseAccount"
IMAGE_VERSION: Final = "azure-native:compute:GalleryImageVersion"
API_MANAGEMENT: Final = "azure-native:apimanagement:ApiManagementService"

_OFFICIAL: Final = re.compile(r"official([-_ ]sensitive)?([-_ :;,].*)?")


@rule(
    "BL-DAT-001",
    "Resources are located in the United Kingdom",
    failure="Resource is located outside the United Kingdom",
    severity=Severity.CRITICAL,
    controls=ncsc("2.1") + caf("B3.a", "B3.c") + dpa("73") + iso("5.23") + mcsb("AM-2") + policing("cloud-security"),
    at={
        **dict.fromkeys(LOCATED, ("location",)),
        COSMOS: ("location", "locations[*].locationName"),
        IMAGE_VERSION: ("location", "publishingProfile.targetRegions[*].name"),
        API_MANAGEMENT: ("location", "additionalLocations[*].location"),
    },
    fix="Set the location to uksouth or ukwest.",
    example='storage.StorageAccount("records", ..., location="uksouth")',
)
def located_in_uk(
    location: Value, *, among: Allowed[str] = ("uksouth", "ukwest"), regionless: Allowed[str] = ("global",)
) -> Outcome:
    """Police data outside the country is a transfer under Part 3 of the Data Protection Act 2018, and may be subject to
    the law of that country. A UK region is necessary but not sufficient.
    """
    if location.missing:
        return NotApplicable("it has the location of its resource group, which is judged separately")
    if location.text().replace(" ", "") in (*among, *regionless):
        return None
    return Fail(location, among)


@rule(
    "BL-DAT-002",
    "Data in a public cloud is classified OFFICIAL or below",
    failure="Resource in a public cloud is classified above OFFICIAL",
    severity=Severity.CRITICAL,
    controls=ncsc("2.1", "4")
    + caf("B3.a")
    + iso("5.12", "5.13")
    + policing("information-management", "cloud-security"),
    at=dict.fromkeys(TAGGED, "tags.classification"),
    fix="Set the tag to OFFICIAL or OFFICIAL-SENSITIVE. Keep SECRET and above on accredited systems.",
    example='resources.ResourceGroup("records", tags={"classification": "OFFICIAL-SENSITIVE"})',
)
def official_or_below(classification: Value) -> Outcome:
    """Public cloud is accredited for OFFICIAL, including OFFICIAL-SENSITIVE. SECRET requires dedicated systems and
    staff, whatever the encryption.
    """
    if classification.missing:
        return NotApplicable("it has no classification tag")
    if _OFFICIAL.fullmatch(classification.text().strip()):
        return None
    return Fail(classification, ("OFFICIAL", "OFFICIAL-SENSITIVE"))
