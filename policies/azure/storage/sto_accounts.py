"""Storage accounts: network access, authentication and TLS."""

import re
from typing import Final

from bluelamp.policies.address_lists import unless_wide
from bluelamp.policies.addresses import WIDEST
from bluelamp.policies.azure._controls import BY_IDENTITY, CLOSED, IN_TRANSIT, SUPPORTED
from bluelamp.policies.azure._lists import admitted
from bluelamp.policies.controls import caf, dpa, iso, mcsb, ncsc, policing
from bluelamp.policies.defaults import assumed
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, Must, NotApplicable, Outcome, rule
from bluelamp.policies.tighter import AtMost, EachAtLeast
from bluelamp.policies.value import Value

ACCOUNT: Final = "azure-native:storage:StorageAccount"
CONTAINER: Final = "azure-native:storage:BlobContainer"
LOCAL_USER: Final = "azure-native:storage:LocalUser"

_PERIOD: Final = re.compile(r"(\d+)\.(\d\d):(\d\d):(\d\d)")


@rule(
    "BL-STO-001",
    "Storage accounts require secure transfer (HTTPS)",
    must=Must("enableHttpsTrafficOnly", be=True, default=True),
    failure="Storage account accepts plain HTTP",
    severity=Severity.HIGH,
    controls=IN_TRANSIT,
    at=ACCOUNT,
    fix="Set enableHttpsTrafficOnly to true, or leave it out: true is Azure's default.",
    example='storage.StorageAccount("records", ..., enable_https_traffic_only=True)',
)
def https_only() -> None:
    """Plain HTTP exposes the data and the access key to interception and change in transit."""


@rule(
    "BL-STO-002",
    "Storage accounts require TLS 1.2 or later",
    must=Must("minimumTlsVersion", among=("TLS1_2", "TLS1_3"), default="TLS1_0"),
    failure="Storage account accepts TLS older than 1.2",
    severity=Severity.HIGH,
    controls=IN_TRANSIT,
    at=ACCOUNT,
    fix="Set minimumTlsVersion to TLS1_2.",
    example='storage.StorageAccount("records", ..., minimum_tls_version="TLS1_2")',
)
def modern_tls() -> None:
    """TLS 1.0 and 1.1 have known weaknesses and were withdrawn in 2021 (RFC 8996)."""


@rule(
    "BL-STO-003",
    "Storage accounts have shared key access disabled",
    must=Must("allowSharedKeyAccess", be=False, default=True),
    failure="Storage account accepts shared keys",
    severity=Severity.HIGH,
    controls=BY_IDENTITY,
    at=ACCOUNT,
    fix="Set allowSharedKeyAccess to false and assign a storage data role to the identities that need access.",
    example='storage.StorageAccount("records", ..., allow_shared_key_access=False)',
)
def no_shared_key() -> None:
    """A shared key gives full, permanent access to the account. Requests signed with it carry no identity: no role, no
    Conditional Access, no name in the log.
    """


@rule(
    "BL-STO-004",
    "Storage accounts and containers disallow anonymous public access",
    failure="Storage account or container allows anonymous public access",
    severity=Severity.CRITICAL,
    controls=ncsc("2.3", "11") + caf("B3.c") + iso("5.15", "8.3") + mcsb("NS-2", "DP-2") + dpa("40", "66"),
    at=(ACCOUNT, CONTAINER),
    fix="Set allowBlobPublicAccess to false on the account and publicAccess to None on its containers.",
    example="""
storage.StorageAccount("records", ..., allow_blob_public_access=False)
storage.BlobContainer("statements", ..., public_access="None")
""",
)
def no_public_blobs(place: Value) -> Outcome:
    """A container with anonymous access publishes its content on the Internet. One wrong setting is enough to disclose
    police data.
    """
    if place.resource.type.endswith(":BlobContainer"):
        access = place["publicAccess"]
        return None if access.text("None") == "none" else Fail(access, "None")
    allowed = place["allowBlobPublicAccess"]
    if not allowed.missing:
        return Fail(allowed, False) if allowed.known is not False else None
    default = assumed(allowed, False)
    return Fail(allowed, False, "the default of this API version is true") if default is not False else None


@rule(
    "BL-STO-005",
    "Storage accounts restrict network access from the Internet",
    failure="Storage account accepts network access from the Internet",
    severity=Severity.HIGH,
    controls=CLOSED,
    at=ACCOUNT,
    fix="Set publicNetworkAccess to Disabled and use a private endpoint, or set networkRuleSet.defaultAction to Deny.",
    example='storage.StorageAccount("records", ..., public_network_access="Disabled")',
)
def network_access_restricted(account: Value, *, widest: EachAtLeast[int] = WIDEST) -> Outcome:
    """When an account answers the Internet, a token or key is the only protection of its data."""
    access = account["publicNetworkAccess"]
    if access.text("Enabled") in {"disabled", "securedbyperimeter"}:
        return None
    if account.at("networkRuleSet.defaultAction").text("Allow") == "deny":
        listed = admitted(account.at("networkRuleSet.ipRules"), "iPAddressOrRange")
        return unless_wide(listed, widest, "the force's own addresses")
    return Fail(access, "Disabled", "Azure's default is Enabled" if access.missing else "")


@rule(
    "BL-STO-006",
    "Storage accounts do not allow cross-tenant replication",
    must=Must("allowCrossTenantReplication", be=False, default=False),
    failure="Storage account allows replication to other tenants",
    severity=Severity.HIGH,
    controls=ncsc("3", "4") + caf("B3.a", "B3.c") + iso("5.14", "8.12") + mcsb("DP-2") + dpa("66", "73"),
    at=ACCOUNT,
    fix="Set allowCrossTenantReplication to false, or leave it out: false is the default of new accounts.",
    example='storage.StorageAccount("records", ..., allow_cross_tenant_replication=False)',
)
def no_cross_tenant_replication() -> None:
    """A replication policy agreed with another tenant copies every new object out of the force continuously, without a
    download in the log.
    """


@rule(
    "BL-STO-007",
    "Storage accounts have SFTP disabled",
    must=Must("isSftpEnabled", be=False, default=False),
    failure="Storage account has SFTP enabled",
    severity=Severity.MEDIUM,
    controls=ncsc("10", "11") + caf("B2.a", "B4.b") + iso("5.14", "8.5") + mcsb("NS-8", "IM-1"),
    at=ACCOUNT,
    fix="Leave isSftpEnabled out. Exchange files through the Blob API, with an identity for the partner.",
    example='storage.StorageAccount("records", ..., is_sftp_enabled=False)',
)
def no_sftp() -> None:
    """SFTP local users sign in with a password or an SSH key, without multi-factor authentication, Conditional Access
    or a role that an access review shows.
    """


@rule(
    "BL-STO-008",
    "Storage accounts have local users disabled",
    must=Must("isLocalUserEnabled", be=False),
    failure="Storage account has local users enabled",
    severity=Severity.MEDIUM,
    controls=BY_IDENTITY,
    at=ACCOUNT,
    fix="Set isLocalUserEnabled to false.",
    example='storage.StorageAccount("records", ..., is_local_user_enabled=False)',
)
def no_local_users() -> None:
    """A local user exists in one storage account only. It stays enabled when its owner leaves the force."""


@rule(
    "BL-STO-009",
    "Storage account local users authenticate with SSH keys, not passwords",
    must=Must("hasSshPassword", be=False),
    failure="Storage account local user has an SSH password",
    severity=Severity.HIGH,
    controls=ncsc("10") + caf("B2.a") + iso("5.17", "8.5") + mcsb("IM-6") + policing("password", "system-access"),
    at=LOCAL_USER,
    fix="Set hasSshPassword to false and set sshAuthorizedKeys.",
    example='storage.LocalUser("partner", ..., has_ssh_password=False, has_ssh_key=True)',
)
def no_ssh_passwords() -> None:
    """Where a local user is unavoidable, an SSH key cannot be guessed, reused or sent by e-mail as a password can."""


@rule(
    "BL-STO-010",
    "Storage accounts default to Entra ID authorisation in the Azure portal",
    must=Must("defaultToOAuthAuthentication", be=True, default=False),
    failure="Storage account defaults to shared key authorisation in the Azure portal",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=BY_IDENTITY,
    at=ACCOUNT,
    fix="Set defaultToOAuthAuthentication to true.",
    example='storage.StorageAccount("records", ..., default_to_o_auth_authentication=True)',
)
def portal_uses_entra() -> None:
    """Without this default the portal uses the account key for every user who may list keys, and the log shows no
    identity.
    """


@rule(
    "BL-STO-011",
    "Storage accounts restrict copy operations to the same tenant or network",
    must=Must("allowedCopyScope", among=("AAD", "PrivateLink")),
    failure="Storage account accepts copy operations from other tenants",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("3") + caf("B3.a", "B3.c") + iso("5.14", "8.12") + mcsb("DP-2") + dpa("66"),
    at=ACCOUNT,
    fix="Set allowedCopyScope to AAD, or to PrivateLink to limit copies to the same virtual network.",
    example='storage.StorageAccount("records", ..., allowed_copy_scope="AAD")',
)
def copy_scope_restricted() -> None:
    """Without a restriction, one server-to-server call copies a whole container to an account in another tenant."""


@rule(
    "BL-STO-012",
    "Storage accounts are of a current kind, such as StorageV2",
    must=Must("kind", among=("StorageV2", "BlockBlobStorage", "FileStorage")),
    failure="Storage account is of a legacy kind",
    severity=Severity.MEDIUM,
    controls=SUPPORTED + caf("A3.a") + mcsb("AM-2"),
    at=ACCOUNT,
    fix="Set kind to StorageV2. Azure upgrades an existing account in place, without moving data.",
    example='storage.StorageAccount("records", ..., kind="StorageV2")',
)
def current_kind() -> None:
    """The kinds Storage and BlobStorage are of the first generation. They lack container soft delete, lifecycle
    management and zone redundancy, and Microsoft is retiring them.
    """


@rule(
    "BL-STO-013",
    "Storage accounts have a SAS expiration policy",
    failure="Storage account has no SAS expiration policy, or one that is too long",
    severity=Severity.MEDIUM,
    controls=ncsc("10") + caf("B2.a", "B2.d") + iso("5.17") + mcsb("IM-8") + policing("password"),
    at=ACCOUNT,
    fix="Set sasPolicy.sasExpirationPeriod to at most seven days (`7.00:00:00`), or disable shared key access.",
    example="""
storage.StorageAccount(
    "records",
    ...,
    allow_shared_key_access=True,
    sas_policy={"sas_expiration_period": "1.00:00:00", "expiration_action": "Block"},
)
""",
)
def sas_expiration_policy(account: Value, *, days: AtMost[int] = 7) -> Outcome:
    """A shared access signature is a password in a link. It is forwarded and kept in histories and logs, and cannot be
    revoked individually.
    """
    if account["allowSharedKeyAccess"].get(True) is False:
        return NotApplicable("shared key access is disabled, so no signature can be made")
    period = account.at("sasPolicy.sasExpirationPeriod")
    parts = _PERIOD.fullmatch(period.text().strip())
    if parts and _seconds(*map(int, parts.groups())) <= _seconds(days):
        return None
    return Fail(period, f"at most {days}.00:00:00", "by default a signature may never expire" if period.missing else "")


@rule(
    "BL-STO-014",
    "Storage accounts have a key expiration policy",
    failure="Storage account has no key expiration policy, or one that is too long",
    severity=Severity.MEDIUM,
    controls=ncsc("10") + caf("B2.a") + iso("5.17") + mcsb("IM-8", "DP-6") + policing("password"),
    at=ACCOUNT,
    fix="""Set keyPolicy.keyExpirationPeriodInDays to 90 or less and rotate the keys accordingly, or disable shared key
    access.""",
    example="""
storage.StorageAccount(
    "records", ..., allow_shared_key_access=True, key_policy={"key_expiration_period_in_days": 90}
)
""",
)
def key_expiration_policy(account: Value, *, days: AtMost[int] = 90) -> Outcome:
    """A key that is never rotated stays known to everyone who ever worked on the account. With a policy, Azure reports
    overdue keys.
    """
    if account["allowSharedKeyAccess"].get(True) is False:
        return NotApplicable("shared key access is disabled")
    period = account.at("keyPolicy.keyExpirationPeriodInDays")
    if not period.missing and period.known <= days:
        return None
    return Fail(period, f"at most {days} days")


def _seconds(days: int, hours: int = 0, minutes: int = 0, seconds: int = 0) -> int:
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
