"""Where data is, and what kind of data may be there at all."""

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
    "Everything stands in the United Kingdom",
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
def in_the_united_kingdom(
    location: Value, *, among: Allowed[str] = ("uksouth", "ukwest"), regionless: Allowed[str] = ("global",)
) -> Outcome:
    """Police data that leaves the country is a transfer under Part 3 of the Data Protection Act 2018, and may come
    under the law of the place it is moved to. A region in the UK is necessary; it is not by itself sufficient.
    """
    if location.missing:
        return NotApplicable("it stands where its resource group does, which is judged itself")
    if location.text().replace(" ", "") in (*among, *regionless):
        return None
    return Fail(location, among)


@rule(
    "BL-DAT-002",
    "Nothing above OFFICIAL is in a public cloud",
    failure="Resource in a public cloud is classified above OFFICIAL",
    severity=Severity.CRITICAL,
    controls=ncsc("2.1", "4")
    + caf("B3.a")
    + iso("5.12", "5.13")
    + policing("information-management", "cloud-security"),
    at=dict.fromkeys(TAGGED, "tags.classification"),
    fix="Tag it OFFICIAL or OFFICIAL-SENSITIVE; keep SECRET and above on the systems accredited for it.",
    example='resources.ResourceGroup("records", tags={"classification": "OFFICIAL-SENSITIVE"})',
)
def official_at_most(classification: Value) -> Outcome:
    """Public cloud is accredited for the OFFICIAL tier and its SENSITIVE marking. SECRET needs systems that are built
    and staffed for it, whatever the encryption.
    """
    if classification.missing:
        return NotApplicable("it carries no classification")
    if _OFFICIAL.fullmatch(classification.text().strip()):
        return None
    return Fail(classification, ("OFFICIAL", "OFFICIAL-SENSITIVE"))
