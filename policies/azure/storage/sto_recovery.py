"""Recovery of storage: what is deleted or overwritten can be had back."""

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
    "Deleted blobs can be recovered",
    must=Must("deleteRetentionPolicy.enabled", be=True, default=False),
    failure="Blob service has soft delete disabled",
    severity=Severity.HIGH,
    controls=RECOVERABLE,
    at=BLOB_SERVICE,
    fix="Set deleteRetentionPolicy.enabled to true and days to 14 or more.",
    example="""
storage.BlobServiceProperties("records", ..., delete_retention_policy={"enabled": True, "days": 30})
""",
)
def blobs_kept() -> None:
    """Ransomware and mistakes delete; what was deleted is gone at once when nothing keeps it."""


@rule(
    "BL-STO-024",
    "Deleted blobs are kept for 14 days at least",
    must=Must("deleteRetentionPolicy.days", minimum=14),
    failure="Deleted blobs are kept for too few days",
    severity=Severity.MEDIUM,
    controls=RECOVERABLE,
    at=BLOB_SERVICE,
    fix="Set deleteRetentionPolicy.days to the expected number or more.",
    example="""
storage.BlobServiceProperties("records", ..., delete_retention_policy={"enabled": True, "days": 30})
""",
)
def blobs_kept_long_enough() -> None:
    """What was deleted before a fortnight's leave has to be there still after it."""


@rule(
    "BL-STO-025",
    "Deleted containers can be recovered",
    must=Must("containerDeleteRetentionPolicy.enabled", be=True, default=False),
    failure="Blob containers have soft delete disabled",
    severity=Severity.HIGH,
    controls=RECOVERABLE,
    at=BLOB_SERVICE,
    fix="Set containerDeleteRetentionPolicy.enabled to true, with days.",
    example="""
storage.BlobServiceProperties("records", ..., container_delete_retention_policy={"enabled": True, "days": 30})
""",
)
def containers_kept() -> None:
    """One call deletes a container with millions of blobs; keeping deleted blobs does not help then."""


@rule(
    "BL-STO-026",
    "Storage records every change to its blobs",
    failure="Blob service has the change feed disabled",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("13") + caf("C1.a") + dpa("62") + iso("8.15") + mcsb("LT-3"),
    at=BLOB_SERVICE,
    estate=True,
    fix="Set changeFeed.enabled to true.",
    example='storage.BlobServiceProperties("records", ..., change_feed={"enabled": True})',
)
def records_changes(service: Value, estate: Estate) -> Outcome:
    """The change feed says, in order and for good, what was created, altered and deleted: what section 62 asks to be
    logged of automated processing.
    """
    feed = service["changeFeed"]["enabled"]
    if feed.get(False) is True:
        return None
    lakes = (account for account in estate.of(ACCOUNT) if account["isHnsEnabled"].get(False) is True)
    if some(lakes, lambda account: child_of(service["accountName"], account, "accountName")) is not None:
        return NotApplicable("Azure has no change feed where there is a hierarchical namespace")
    return Fail(feed, True)


@rule(
    "BL-STO-027",
    "Deleted file shares can be recovered",
    must=Must("shareDeleteRetentionPolicy.enabled", be=True),
    failure="File shares have soft delete disabled",
    severity=Severity.HIGH,
    controls=RECOVERABLE,
    at=FILE_SERVICE,
    fix="Set shareDeleteRetentionPolicy.enabled to true and days to 14 or more.",
    example="""
storage.FileServiceProperties("records", ..., share_delete_retention_policy={"enabled": True, "days": 30})
""",
)
def shares_kept() -> None:
    """A share is deleted by one call, with all that is in it, and a backup is hours behind."""


@rule(
    "BL-STO-029",
    "Overwritten blobs can be recovered",
    failure="Storage account has blob versioning disabled",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=RECOVERABLE,
    at=ACCOUNT,
    estate=True,
    fix="Declare the account's BlobServiceProperties with isVersioningEnabled.",
    example="""
account = storage.StorageAccount("records", ..., account_name="strecords", is_hns_enabled=False)
storage.BlobServiceProperties("records", ..., account_name=account.name, is_versioning_enabled=True)
""",
)
def keeps_versions(account: Value, estate: Estate) -> Outcome:
    """Keeping what is deleted does not keep what is overwritten, and that is what ransomware does."""
    if account["kind"].text() == "filestorage":
        return NotApplicable("it holds file shares, not blobs")
    if account["isHnsEnabled"].get(False) is True:
        return NotApplicable("Azure keeps no versions where there is a hierarchical namespace")
    if estate.once(_versioned).reach(account, by_name=True):
        return None
    return lacks(account, "blob service settings with versioning")


@rule(
    "BL-STO-030",
    "Storage accounts say how deleted blobs are kept",
    failure="Storage account declares no retention for deleted blobs",
    severity=Severity.MEDIUM,
    controls=RECOVERABLE,
    at=ACCOUNT,
    estate=True,
    fix="Declare the account's BlobServiceProperties with deleteRetentionPolicy.",
    example="""
account = storage.StorageAccount("records", ..., account_name="strecords", kind="StorageV2")
storage.BlobServiceProperties(
    "records", ..., account_name=account.name, delete_retention_policy={"enabled": True, "days": 30}
)
""",
)
def has_blob_service_settings(account: Value, estate: Estate) -> Outcome:
    """An account that says nothing of its blob service keeps nothing that is deleted: that is the service's default."""
    if account["kind"].text() == "filestorage":
        return NotApplicable("it holds file shares, not blobs")
    if estate.once(_keeping).reach(account, by_name=True):
        return None
    return lacks(account, "blob service settings that keep what is deleted")


def _versioned(estate: Estate) -> Pointers:
    return pointers(_accounts(estate, "isVersioningEnabled"))


def _keeping(estate: Estate) -> Pointers:
    return pointers(_accounts(estate, "deleteRetentionPolicy.enabled"))


def _accounts(estate: Estate, switch: str) -> Iterator[Reference]:
    """The accounts whose blob service has `switch` on, in doubt where that is not known yet."""
    for service in estate.of(BLOB_SERVICE):
        try:
            doubt = None
            if service.at(switch).get(False) is not True:
                continue
        except UnknownValue as unknown:
            doubt = unknown.value
        yield from references(service, "accountName", doubt)
