"""Cosmos DB, Redis and App Configuration."""

from typing import Final

from bluelamp.policies.address_lists import unless_wide
from bluelamp.policies.addresses import WIDEST
from bluelamp.policies.azure._controls import BY_IDENTITY, CLOSED, IN_TRANSIT, OWN_KEYS, RECOVERABLE
from bluelamp.policies.azure._lists import admitted
from bluelamp.policies.azure.paas.paas_common import APP_CONFIGURATION, COSMOS, REDIS
from bluelamp.policies.controls import mcsb
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, Must, NotApplicable, Outcome, rule
from bluelamp.policies.tighter import EachAtLeast
from bluelamp.policies.value import Value

REDIS_DATABASE: Final = "azure-native:redisenterprise:Database"


@rule(
    "BL-PAAS-010",
    "Cosmos DB accounts require TLS 1.2 or later",
    must=Must("minimalTlsVersion", be="Tls12", default="Tls12"),
    failure="Cosmos DB account accepts TLS older than 1.2",
    severity=Severity.HIGH,
    controls=IN_TRANSIT,
    at=COSMOS,
    fix="Set minimalTlsVersion to Tls12, or leave it out.",
    example='cosmosdb.DatabaseAccount("records", ..., minimal_tls_version="Tls12")',
)
def cosmos_tls() -> None:
    """TLS 1.0 and 1.1 have known weaknesses and were withdrawn in 2021 (RFC 8996)."""


@rule(
    "BL-PAAS-011",
    "Cosmos DB accounts disallow metadata writes with account keys",
    must=Must("disableKeyBasedMetadataWriteAccess", be=True, default=False),
    failure="Cosmos DB account allows metadata writes with account keys",
    severity=Severity.MEDIUM,
    controls=BY_IDENTITY + mcsb("PA-7"),
    at=COSMOS,
    fix="Set disableKeyBasedMetadataWriteAccess to true.",
    example='cosmosdb.DatabaseAccount("records", ..., disable_key_based_metadata_write_access=True)',
)
def no_metadata_writes_by_key() -> None:
    """With metadata writes, an application's account key can delete the database, bypassing roles and
    resource locks.
    """


@rule(
    "BL-PAAS-012",
    "Cosmos DB accounts have continuous backup (point-in-time restore)",
    must=Must("backupPolicy.type", be="Continuous", default="Periodic"),
    failure="Cosmos DB account has no continuous backup (point-in-time restore)",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=RECOVERABLE + mcsb("BR-1"),
    at=COSMOS,
    fix="Set backupPolicy.type to Continuous.",
    example="""
cosmosdb.DatabaseAccount(
    "records", ..., backup_policy=cosmosdb.ContinuousModeBackupPolicyArgs(type="Continuous")
)
""",
)
def continuous_backup() -> None:
    """By default two copies of the last eight hours are kept, and only Microsoft can restore them, on request."""


@rule(
    "BL-PAAS-013",
    "Cosmos DB firewall rules do not admit all of Azure or the Internet",
    failure="Cosmos DB firewall admits all of Azure or the Internet",
    severity=Severity.HIGH,
    controls=CLOSED,
    at={COSMOS: "ipRules"},
    fix="Remove the rule 0.0.0.0 and use private endpoints.",
    example="""
cosmosdb.DatabaseAccount("records", ..., ip_rules=[{"ip_address_or_range": "81.2.69.142"}])
""",
)
def not_open_to_azure(entries: Value, *, widest: EachAtLeast[int] = WIDEST) -> Outcome:
    """The address 0.0.0.0 admits every virtual machine in every Azure subscription, including attackers'. Ranges that
    together cover the Internet admit everyone.
    """
    items = list(admitted(entries, "ipAddressOrRange"))
    if not items:
        return NotApplicable("it has no firewall rules")
    return unless_wide(items, widest, "the force's own addresses")


@rule(
    "BL-PAAS-014",
    "Cosmos DB accounts are encrypted with a customer-managed key",
    failure="Cosmos DB account has no customer-managed key for encryption",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=OWN_KEYS,
    at=COSMOS,
    fix="Set keyVaultKeyUri to the force's key when you create the account.",
    example="""
cosmosdb.DatabaseAccount("records", ..., key_vault_key_uri="https://kv-records.vault.azure.net/keys/records")
""",
)
def cosmos_customer_managed_key(account: Value) -> Outcome:
    """Microsoft-managed keys are outside the force's control. The force can revoke a customer-managed key: then no one
    reads the data, whatever access they have to the platform.
    """
    key = account["keyVaultKeyUri"]
    return Fail(key, "a key in a vault") if key.missing else None


@rule(
    "BL-PAAS-015",
    "Redis caches have the non-TLS port disabled",
    must=Must("enableNonSslPort", be=False, default=False),
    failure="Redis cache has the non-TLS port enabled",
    severity=Severity.HIGH,
    controls=IN_TRANSIT,
    at=REDIS,
    fix="Leave enableNonSslPort out, or set it to false.",
    example='redis.Redis("sessions", ..., enable_non_ssl_port=False)',
)
def no_non_tls_port() -> None:
    """On the non-TLS port all traffic, including the password, crosses the network unencrypted."""


@rule(
    "BL-PAAS-016",
    "Redis caches have access key authentication disabled",
    must=Must("disableAccessKeyAuthentication", be=True, default=False),
    failure="Redis cache has access key authentication enabled",
    severity=Severity.MEDIUM,
    controls=BY_IDENTITY,
    at=REDIS,
    fix="Set disableAccessKeyAuthentication to true and use Entra ID.",
    example='redis.Redis("sessions", ..., disable_access_key_authentication=True)',
)
def no_cache_access_keys() -> None:
    """The access key is one shared password with the right to read every session and to flush the cache."""


@rule(
    "BL-PAAS-017",
    "Redis Enterprise databases require TLS",
    must=Must("clientProtocol", be="Encrypted", default="Encrypted"),
    failure="Redis Enterprise database accepts plain-text connections",
    severity=Severity.HIGH,
    controls=IN_TRANSIT,
    at=REDIS_DATABASE,
    fix="Leave clientProtocol out, or set it to Encrypted.",
    example='redisenterprise.Database("sessions", ..., client_protocol="Encrypted")',
)
def redis_enterprise_tls() -> None:
    """Without TLS all traffic, including the password, crosses the network unencrypted."""


@rule(
    "BL-PAAS-018",
    "App Configuration stores have purge protection enabled",
    must=Must("enablePurgeProtection", be=True, default=False),
    failure="App Configuration store has purge protection disabled",
    severity=Severity.MEDIUM,
    controls=RECOVERABLE,
    at=APP_CONFIGURATION,
    fix="Set enablePurgeProtection to true.",
    example='appconfiguration.ConfigurationStore("records", ..., enable_purge_protection=True)',
)
def app_configuration_purge_protection() -> None:
    """Without purge protection, a soft-deleted store can be purged before its retention period ends. Applications
    cannot run without their configuration.
    """
