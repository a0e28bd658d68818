"""Disks: who can fetch them, and whose key they are encrypted with."""

from typing import Final

from bluelamp.policies.azure._controls import BY_IDENTITY, CLOSED, KEY_LIFE, OWN_KEYS
from bluelamp.policies.controls import caf, dpa, iso, mcsb, ncsc
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, Must, Outcome, require, rule
from bluelamp.policies.value import Value

DISK: Final = "azure-native:compute:Disk"
SNAPSHOT: Final = "azure-native:compute:Snapshot"
ENCRYPTION_SET: Final = "azure-native:compute:DiskEncryptionSet"

NOT_PUBLIC: Final = require(
    "BL-CMP-020",
    "Disks are not fetched over the Internet",
    Must("publicNetworkAccess", be="Disabled", default="Enabled"),
    severity=Severity.HIGH,
    controls=CLOSED + dpa("66"),
    at=(DISK, SNAPSHOT),
    rationale="""Whoever may read a disk can have a link made by which anybody fetches the whole of it: a server, with
    all it knows, in one download.""",
    fix="Set publicNetworkAccess to Disabled.",
    example='compute.Disk("records", ..., public_network_access="Disabled")',
)

NO_EXPORT: Final = require(
    "BL-CMP-021",
    "Disks are exported nowhere, or privately",
    Must("networkAccessPolicy", among=("DenyAll", "AllowPrivate"), default="AllowAll"),
    severity=Severity.HIGH,
    controls=CLOSED + iso("8.12") + mcsb("DP-2"),
    at=(DISK, SNAPSHOT),
    rationale="A disk that may be exported from everywhere leaves no trace but the making of a link.",
    fix="Set networkAccessPolicy to DenyAll, or to AllowPrivate with a disk access.",
    example='compute.Disk("records", ..., network_access_policy="DenyAll")',
)

BY_ENTRA: Final = require(
    "BL-CMP-022",
    "Disks are exported by identity only",
    Must("dataAccessAuthMode", be="AzureActiveDirectory", default="None"),
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=BY_IDENTITY,
    at=(DISK, SNAPSHOT),
    rationale="A link to a disk works for whoever has it, unless it is asked who he is as well.",
    fix="Set dataAccessAuthMode to AzureActiveDirectory.",
    example='compute.Disk("records", ..., data_access_auth_mode="AzureActiveDirectory")',
)


@rule(
    "BL-CMP-023",
    "Disks are encrypted with a key of the force's own",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=OWN_KEYS,
    at=(DISK, SNAPSHOT),
    fix="Set encryption.diskEncryptionSetId to the force's disk encryption set.",
    example="""
compute.Disk(
    "records",
    ...,
    encryption={
        "type": "EncryptionAtRestWithCustomerKey",
        "disk_encryption_set_id": "/subscriptions/s/resourceGroups/r/providers/Microsoft.Compute/diskEncryptionSets/d",
    },
)
""",
)
def disk_has_own_key(disk: Value) -> Outcome:
    """Microsoft encrypts every disk with keys of its own. One that the force holds can be withdrawn: then nobody,
    whatever access he has to the platform, reads the disk any more.
    """
    keys = disk.at("encryption.diskEncryptionSetId")
    return Fail(keys, "a disk encryption set") if keys.missing else None


KEYS_FOLLOW: Final = require(
    "BL-CMP-024",
    "Disks follow a new version of their key",
    Must("rotationToLatestKeyVersionEnabled", be=True, default=False),
    severity=Severity.MEDIUM,
    controls=KEY_LIFE,
    at=ENCRYPTION_SET,
    rationale="A key that is rotated in the vault and not on the disks is not rotated.",
    fix="Set rotationToLatestKeyVersionEnabled to true.",
    example='compute.DiskEncryptionSet("records", ..., rotation_to_latest_key_version_enabled=True)',
)

TWICE_ENCRYPTED: Final = require(
    "BL-CMP-025",
    "Disks are encrypted twice",
    Must(
        "encryptionType",
        among=("EncryptionAtRestWithPlatformAndCustomerKeys", "ConfidentialVmEncryptedWithCustomerKey"),
    ),
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("2.3") + caf("B3.c") + iso("8.24") + mcsb("DP-4"),
    at=ENCRYPTION_SET,
    rationale="With two keys, one of the platform and one of the force, the loss of either does not open the disk.",
    fix="Set encryptionType to EncryptionAtRestWithPlatformAndCustomerKeys when the set is made.",
    example="""
compute.DiskEncryptionSet("records", ..., encryption_type="EncryptionAtRestWithPlatformAndCustomerKeys")
""",
)
