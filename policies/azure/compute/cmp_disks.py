"""Disks: who can fetch them, and whose key they are encrypted with."""

from typing import Final

from bluelamp.policies.azure._controls import BY_IDENTITY, CLOSED, KEY_LIFE, OWN_KEYS
from bluelamp.policies.controls import caf, dpa, iso, mcsb, ncsc
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, Must, Outcome, rule
from bluelamp.policies.value import Value

DISK: Final = "azure-native:compute:Disk"
SNAPSHOT: Final = "azure-native:compute:Snapshot"
ENCRYPTION_SET: Final = "azure-native:compute:DiskEncryptionSet"


@rule(
    "BL-CMP-020",
    "Disks are not fetched over the Internet",
    must=Must("publicNetworkAccess", be="Disabled", default="Enabled"),
    failure="Managed disk allows public network access",
    severity=Severity.HIGH,
    controls=CLOSED + dpa("66"),
    at=(DISK, SNAPSHOT),
    fix="Set publicNetworkAccess to Disabled.",
    example='compute.Disk("records", ..., public_network_access="Disabled")',
)
def not_public() -> None:
    """Whoever may read a disk can have a link made by which anybody fetches the whole of it: a server, with all it
    knows, in one download.
    """


@rule(
    "BL-CMP-021",
    "Disks are exported nowhere, or privately",
    must=Must("networkAccessPolicy", among=("DenyAll", "AllowPrivate"), default="AllowAll"),
    failure="Managed disk can be exported from any network",
    severity=Severity.HIGH,
    controls=CLOSED + iso("8.12") + mcsb("DP-2"),
    at=(DISK, SNAPSHOT),
    fix="Set networkAccessPolicy to DenyAll, or to AllowPrivate with a disk access.",
    example='compute.Disk("records", ..., network_access_policy="DenyAll")',
)
def no_export() -> None:
    """A disk that may be exported from everywhere leaves no trace but the making of a link."""


@rule(
    "BL-CMP-022",
    "Disks are exported by identity only",
    must=Must("dataAccessAuthMode", be="AzureActiveDirectory", default="None"),
    failure="Managed disk can be exported without Entra ID authentication",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=BY_IDENTITY,
    at=(DISK, SNAPSHOT),
    fix="Set dataAccessAuthMode to AzureActiveDirectory.",
    example='compute.Disk("records", ..., data_access_auth_mode="AzureActiveDirectory")',
)
def by_entra() -> None:
    """A link to a disk works for whoever has it, unless it is asked who he is as well."""


@rule(
    "BL-CMP-023",
    "Disks are encrypted with a key of the force's own",
    failure="Managed disk is encrypted without a customer-managed key",
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


@rule(
    "BL-CMP-024",
    "Disks follow a new version of their key",
    must=Must("rotationToLatestKeyVersionEnabled", be=True, default=False),
    failure="Disk encryption set does not rotate to new key versions automatically",
    severity=Severity.MEDIUM,
    controls=KEY_LIFE,
    at=ENCRYPTION_SET,
    fix="Set rotationToLatestKeyVersionEnabled to true.",
    example='compute.DiskEncryptionSet("records", ..., rotation_to_latest_key_version_enabled=True)',
)
def keys_follow() -> None:
    """A key that is rotated in the vault and not on the disks is not rotated."""


@rule(
    "BL-CMP-025",
    "Disks are encrypted twice",
    must=Must(
        "encryptionType",
        among=("EncryptionAtRestWithPlatformAndCustomerKeys", "ConfidentialVmEncryptedWithCustomerKey"),
    ),
    failure="Disk encryption set provides a single layer of encryption",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("2.3") + caf("B3.c") + iso("8.24") + mcsb("DP-4"),
    at=ENCRYPTION_SET,
    fix="Set encryptionType to EncryptionAtRestWithPlatformAndCustomerKeys when the set is made.",
    example="""
compute.DiskEncryptionSet("records", ..., encryption_type="EncryptionAtRestWithPlatformAndCustomerKeys")
""",
)
def twice_encrypted() -> None:
    """With two keys, one of the platform and one of the force, the loss of either does not open the disk."""
