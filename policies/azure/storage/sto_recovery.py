"""Storage accounts: soft delete, versioning and change feed."""

from collections.abc import Iterator
from typing import Final

from bluelamp.policies.azure._arm import Pointers, Reference, pointers, references
from bluelamp.policies.azure._controls import RECOVERABLE
from bluelamp.policies.azure._kin import child_of
from bluelamp.policies.azure.storage.sto_accounts import ACCOUNT
from bluelamp.policies.controls import caf, dpa, iso, mcsb, ncsc
from bluelamp.policies.estate import Estate
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, Must, NotApplicable, Outcome, lacks, rule
from bluelamp.policies.value import UnknownValue, Value, some

BLOB_SERVICE: Final = "azure-native:storage:BlobServiceProperties"
FILE_SERVICE: Final = "azure-native:storage:FileServiceProperties"


@rule(
    "BL-STO-023",
    "Blob soft delete is enabled",
    must=Must("deleteRetentionPolicy.enabled", be=True, default=False),
    failure="Storage account has blob soft delete disabled",
    severity=Severity.HIGH,
    controls=RECOVERABLE,
    at=BLOB_SERVICE,
    fix="Set deleteRetentionPolicy.enabled to true and days to 14 or more.",
    example="""
storage.BlobServiceProperties("records", ..., delete_retention_policy={"enabled": True, "days": 30})
""",
)
def blob_soft_delete() -> None:
    """Without soft delete, data that ransomware or a mistake deletes is lost at once."""


@rule(
    "BL-STO-024",
    "Blob soft delete retains deleted blobs for at least 14 days",
    must=Must("deleteRetentionPolicy.days", minimum=14),
    failure="Blob soft delete retains deleted blobs for fewer than 14 days",
    severity=Severity.MEDIUM,
    controls=RECOVERABLE,
    at=BLOB_SERVICE,
    fix="Set deleteRetentionPolicy.days to the expected number or more.",
    example="""
storage.BlobServiceProperties("records", ..., delete_retention_policy={"enabled": True, "days": 30})
""",
)
def blob_soft_delete_retention() -> None:
    """Retention has to outlast an absence of two weeks, so that a deletion is noticed in time."""


@rule(
    "BL-STO-025",
    "Container soft delete is enabled",
    must=Must("containerDeleteRetentionPolicy.enabled", be=True, default=False),
    failure="Storage account has container soft delete disabled",
    severity=Severity.HIGH,
    controls=RECOVERABLE,
    at=BLOB_SERVICE,
    fix="Set containerDeleteRetentionPolicy.enabled to true, and set days.",
    example="""
storage.BlobServiceProperties("records", ..., container_delete_retention_policy={"enabled": True, "days": 30})
""",
)
def container_soft_delete() -> None:
    """One call deletes a container with millions of blobs, and blob soft delete does not protect against it."""


@rule(
    "BL-STO-026",
    "Blob change feed is enabled",
    failure="Storage account has the blob change feed disabled",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("13") + caf("C1.a") + dpa("62") + iso("8.15") + mcsb("LT-3"),
    at=BLOB_SERVICE,
    estate=True,
    fix="Set changeFeed.enabled to true.",
    example='storage.BlobServiceProperties("records", ..., change_feed={"enabled": True})',
)
def change_feed(service: Value, estate: Estate) -> Outcome:
    """The change feed is an ordered, permanent record of what was created, changed and deleted. Section 62 of the Data
    Protection Act 2018 requires such logs of automated processing.
    """
    feed = service["changeFeed"]["enabled"]
    if feed.get(False) is True:
        return None
    lakes = (account for account in estate.of(ACCOUNT) if account["isHnsEnabled"].get(False) is True)
    if some(lakes, lambda account: child_of(service["accountName"], account, "accountName")) is not None:
        return NotApplicable("Azure does not support the change feed with a hierarchical namespace")
    return Fail(feed, True)


@rule(
    "BL-STO-027",
    "File share soft delete is enabled",
    must=Must("shareDeleteRetentionPolicy.enabled", be=True),
    failure="Storage account has file share soft delete disabled",
    severity=Severity.HIGH,
    controls=RECOVERABLE,
    at=FILE_SERVICE,
    fix="Set shareDeleteRetentionPolicy.enabled to true and days to 14 or more.",
    example="""
storage.FileServiceProperties("records", ..., share_delete_retention_policy={"enabled": True, "days": 30})
""",
)
def share_soft_delete() -> None:
    """One call deletes a share with all its content, and the latest backup is hours old."""


@rule(
    "BL-STO-029",
    "Blob versioning is enabled",
    failure="Storage account has blob versioning disabled",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=RECOVERABLE,
    at=ACCOUNT,
    estate=True,
    fix="Declare BlobServiceProperties for the account, with isVersioningEnabled set to true.",
    example="""
account = storage.StorageAccount("records", ..., account_name="strecords", is_hns_enabled=False)
storage.BlobServiceProperties("records", ..., account_name=account.name, is_versioning_enabled=True)
""",
)
def blob_versioning(account: Value, estate: Estate) -> Outcome:
    """Soft delete does not protect overwritten data. Ransomware overwrites data."""
    if account["kind"].text() == "filestorage":
        return NotApplicable("the account holds file shares, not blobs")
    if account["isHnsEnabled"].get(False) is True:
        return NotApplicable("Azure does not support versioning with a hierarchical namespace")
    if estate.once(_with_versioning).reach(account, by_name=True):
        return None
    return lacks(account, "blob service settings with versioning")


@rule(
    "BL-STO-030",
    "Storage accounts declare a blob soft delete policy",
    failure="Storage account declares no blob soft delete policy",
    severity=Severity.MEDIUM,
    controls=RECOVERABLE,
    at=ACCOUNT,
    estate=True,
    fix="Declare BlobServiceProperties for the account, with deleteRetentionPolicy.",
    example="""
account = storage.StorageAccount("records", ..., account_name="strecords", kind="StorageV2")
storage.BlobServiceProperties(
    "records", ..., account_name=account.name, delete_retention_policy={"enabled": True, "days": 30}
)
""",
)
def has_soft_delete_policy(account: Value, estate: Estate) -> Outcome:
    """Without a declared policy the service's default applies: deleted blobs are not retained."""
    if account["kind"].text() == "filestorage":
        return NotApplicable("the account holds file shares, not blobs")
    if estate.once(_with_soft_delete).reach(account, by_name=True):
        return None
    return lacks(account, "blob service settings with soft delete")


def _with_versioning(estate: Estate) -> Pointers:
    return pointers(_accounts(estate, "isVersioningEnabled"))


def _with_soft_delete(estate: Estate) -> Pointers:
    return pointers(_accounts(estate, "deleteRetentionPolicy.enabled"))


def _accounts(estate: Estate, switch: str) -> Iterator[Reference]:
    """The accounts whose blob service has `switch` enabled; marked as doubtful if that is not known yet."""
    for service in estate.of(BLOB_SERVICE):
        try:
            doubt = None
            if service.at(switch).get(False) is not True:
                continue
        except UnknownValue as unknown:
            doubt = unknown.value
        yield from references(service, "accountName", doubt)
