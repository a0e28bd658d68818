"""Managed disks: export, network access and encryption."""

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
    "Managed disks have public network access disabled",
    must=Must("publicNetworkAccess", be="Disabled", default="Enabled"),
    failure="Managed disk has public network access enabled",
    severity=Severity.HIGH,
    controls=CLOSED + dpa("66"),
    at=(DISK, SNAPSHOT),
    fix="Set publicNetworkAccess to Disabled.",
    example='compute.Disk("records", ..., public_network_access="Disabled")',
)
def not_public() -> None:
    """Anyone who may read the disk can create a link from which the whole disk can be downloaded, with all data of the
    server.
    """


@rule(
    "BL-CMP-021",
    "Managed disks cannot be exported, or through a private endpoint only",
    must=Must("networkAccessPolicy", among=("DenyAll", "AllowPrivate"), default="AllowAll"),
    failure="Managed disk can be exported from any network",
    severity=Severity.HIGH,
    controls=CLOSED + iso("8.12") + mcsb("DP-2"),
    at=(DISK, SNAPSHOT),
    fix="Set networkAccessPolicy to DenyAll, or to AllowPrivate with a disk access.",
    example='compute.Disk("records", ..., network_access_policy="DenyAll")',
)
def no_export() -> None:
    """When export is allowed from any network, the only trace of a copied disk is the creation of a link."""


@rule(
    "BL-CMP-022",
    "Managed disk export requires Entra ID authentication",
    must=Must("dataAccessAuthMode", be="AzureActiveDirectory", default="None"),
    failure="Managed disk export does not require Entra ID authentication",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=BY_IDENTITY,
    at=(DISK, SNAPSHOT),
    fix="Set dataAccessAuthMode to AzureActiveDirectory.",
    example='compute.Disk("records", ..., data_access_auth_mode="AzureActiveDirectory")',
)
def entra_export() -> None:
    """Without Entra ID authentication, an export link works for anyone who has it."""


@rule(
    "BL-CMP-023",
    "Managed disks are encrypted with a customer-managed key",
    failure="Managed disk has no customer-managed key for encryption",
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
def customer_managed_key(disk: Value) -> Outcome:
    """Microsoft-managed keys are outside the force's control. The force can revoke a customer-managed key: then no one
    reads the disk, whatever access they have to the platform.
    """
    keys = disk.at("encryption.diskEncryptionSetId")
    return Fail(keys, "a disk encryption set") if keys.missing else None


@rule(
    "BL-CMP-024",
    "Disk encryption sets rotate to the latest key version automatically",
    must=Must("rotationToLatestKeyVersionEnabled", be=True, default=False),
    failure="Disk encryption set does not rotate to the latest key version",
    severity=Severity.MEDIUM,
    controls=KEY_LIFE,
    at=ENCRYPTION_SET,
    fix="Set rotationToLatestKeyVersionEnabled to true.",
    example='compute.DiskEncryptionSet("records", ..., rotation_to_latest_key_version_enabled=True)',
)
def automatic_key_rotation() -> None:
    """A key that is rotated in the vault but not in the disk encryption set leaves the disks encrypted with the old
    version.
    """


@rule(
    "BL-CMP-025",
    "Disk encryption sets use double encryption or confidential disk encryption",
    must=Must(
        "encryptionType",
        among=("EncryptionAtRestWithPlatformAndCustomerKeys", "ConfidentialVmEncryptedWithCustomerKey"),
    ),
    failure="Disk encryption set provides a single layer of encryption",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("2.3") + caf("B3.c") + iso("8.24") + mcsb("DP-4"),
    at=ENCRYPTION_SET,
    fix="Set encryptionType to EncryptionAtRestWithPlatformAndCustomerKeys when you create the set.",
    example="""
compute.DiskEncryptionSet("records", ..., encryption_type="EncryptionAtRestWithPlatformAndCustomerKeys")
""",
)
def double_encryption() -> None:
    """With a platform-managed and a customer-managed key, the loss of either key does not expose the disk."""
