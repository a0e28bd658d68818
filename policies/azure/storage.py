"""Storage accounts: how they are reached, and by whom."""

from typing import Final

from policies.controls import caf, ncsc
from policies.model import Severity
from policies.rule import Fail, Must, Outcome, require, rule
from policies.value import Value

ACCOUNT: Final = "azure-native:storage:StorageAccount"
CONTAINER: Final = "azure-native:storage:BlobContainer"

HTTPS_ONLY: Final = require(
    "BL-STO-001",
    "Storage accounts accept HTTPS only",
    Must("enableHttpsTrafficOnly", be=True, default=True),
    severity=Severity.HIGH,
    controls=ncsc("1") + caf("B3.b"),
    at=ACCOUNT,
    rationale="Over plain HTTP the data and the key that opens it can be read and changed on the way.",
    fix="Set enableHttpsTrafficOnly to true, or leave it out: that is Azure's default.",
    example='storage.StorageAccount("records", ..., enable_https_traffic_only=True)',
)

MODERN_TLS: Final = require(
    "BL-STO-002",
    "Storage accounts refuse TLS older than 1.2",
    Must("minimumTlsVersion", among=("TLS1_2", "TLS1_3"), default="TLS1_0"),
    severity=Severity.HIGH,
    controls=ncsc("1") + caf("B3.b"),
    at=ACCOUNT,
    rationale="TLS 1.0 and 1.1 have known weaknesses and were withdrawn in 2021 (RFC 8996).",
    fix="Set minimumTlsVersion to TLS1_2.",
    example='storage.StorageAccount("records", ..., minimum_tls_version="TLS1_2")',
)

NO_SHARED_KEY: Final = require(
    "BL-STO-003",
    "Storage accounts are opened by identity, not by a shared key",
    Must("allowSharedKeyAccess", be=False, default=True),
    severity=Severity.HIGH,
    controls=ncsc("9", "10") + caf("B2.a", "B2.d"),
    at=ACCOUNT,
    rationale="""A shared key opens everything, for ever, for whoever holds it: no name in the log, no role, no
    conditional access.""",
    fix="Set allowSharedKeyAccess to false and give the identities that need it a storage data role.",
    example='storage.StorageAccount("records", ..., allow_shared_key_access=False)',
)


@rule(
    "BL-STO-004",
    "Nothing in storage is public",
    severity=Severity.CRITICAL,
    controls=ncsc("2.3", "11") + caf("B3.c"),
    at=(ACCOUNT, CONTAINER),
    fix="Set allowBlobPublicAccess to false on the account and publicAccess to None on its containers.",
    example="""
storage.StorageAccount("records", ..., allow_blob_public_access=False)
storage.BlobContainer("statements", ..., public_access="None")
""",
)
def no_public_blobs(place: Value) -> Outcome:
    """A container that is open to anonymous readers publishes what is in it. Police data has been lost to that, by one
    wrong click, more often than to any attack.
    """
    if place.resource.type.endswith(":BlobContainer"):
        access = place["publicAccess"]
        return None if access.text("None") == "none" else Fail(access, "None")
    allowed = place["allowBlobPublicAccess"]
    return Fail(allowed, False) if allowed.get(False) is not False else None


@rule(
    "BL-STO-005",
    "Storage accounts are closed to the Internet",
    severity=Severity.HIGH,
    controls=ncsc("11") + caf("B3.c", "B4.a"),
    at=ACCOUNT,
    fix="Set publicNetworkAccess to Disabled and use a private endpoint, or deny by default in networkRuleSet.",
    example='storage.StorageAccount("records", ..., public_network_access="Disabled")',
)
def account_not_on_internet(account: Value) -> Outcome:
    """An account that answers the Internet leaves one thing between the data and everybody: the secrecy of a token."""
    access = account["publicNetworkAccess"]
    if access.text("Enabled") in {"disabled", "securedbyperimeter"}:
        return None
    if account.at("networkRuleSet.defaultAction").text("Allow") == "deny":
        return None
    return Fail(access, "Disabled", "Azure's default is Enabled" if access.missing else "")
