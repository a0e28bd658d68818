"""Stores of data beside storage accounts and SQL: Cosmos DB, caches, and configuration."""

from typing import Final

from bluelamp.policies.address_lists import unless_wide
from bluelamp.policies.addresses import WIDEST
from bluelamp.policies.azure._controls import BY_IDENTITY, CLOSED, IN_TRANSIT, OWN_KEYS, RECOVERABLE
from bluelamp.policies.azure._lists import let_in
from bluelamp.policies.azure.paas.paas_common import APP_CONFIGURATION, COSMOS, REDIS
from bluelamp.policies.controls import mcsb
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, Must, NotApplicable, Outcome, rule
from bluelamp.policies.tighter import EachAtLeast
from bluelamp.policies.value import Value

REDIS_DATABASE: Final = "azure-native:redisenterprise:Database"


@rule(
    "BL-PAAS-010",
    "Cosmos DB refuses TLS older than 1.2",
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
    "Keys of Cosmos DB change no databases",
    must=Must("disableKeyBasedMetadataWriteAccess", be=True, default=False),
    failure="Cosmos DB account keys can change databases and containers",
    severity=Severity.MEDIUM,
    controls=BY_IDENTITY + mcsb("PA-7"),
    at=COSMOS,
    fix="Set disableKeyBasedMetadataWriteAccess to true.",
    example='cosmosdb.DatabaseAccount("records", ..., disable_key_based_metadata_write_access=True)',
)
def no_changes_by_key() -> None:
    """Whoever has an application's key may otherwise drop the database, past every role and every lock of the resource
    manager.
    """


@rule(
    "BL-PAAS-012",
    "Cosmos DB can be put back to any moment",
    must=Must("backupPolicy.type", be="Continuous", default="Periodic"),
    failure="Cosmos DB account has no point-in-time restore",
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
    """By default two copies of the last eight hours are kept, and only Microsoft can restore them, on request: too few,
    and too slow.
    """


@rule(
    "BL-PAAS-013",
    "Cosmos DB is not open to everybody in Azure",
    failure="Cosmos DB account is open to every Azure customer",
    severity=Severity.HIGH,
    controls=CLOSED,
    at={COSMOS: "ipRules"},
    fix="Remove the rule 0.0.0.0 and use private endpoints.",
    example="""
cosmosdb.DatabaseAccount("records", ..., ip_rules=[{"ip_address_or_range": "81.2.69.142"}])
""",
)
def not_open_to_azure(entries: Value, *, widest: EachAtLeast[int] = WIDEST) -> Outcome:
    """The address 0.0.0.0 stands for every machine in every subscription of Azure, those of attackers included; ranges
    that add up to the Internet, for everybody's.
    """
    items = list(let_in(entries, "ipAddressOrRange"))
    if not items:
        return NotApplicable("there is nothing to judge")
    return unless_wide(items, widest, "addresses of your own")


@rule(
    "BL-PAAS-014",
    "Cosmos DB is encrypted with a key of the force's own",
    failure="Cosmos DB account is encrypted without a customer-managed key",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=OWN_KEYS,
    at=COSMOS,
    fix="Set keyVaultKeyUri to the force's key when the account is made.",
    example="""
cosmosdb.DatabaseAccount("records", ..., key_vault_key_uri="https://kv-records.vault.azure.net/keys/records")
""",
)
def cosmos_has_own_key(account: Value) -> Outcome:
    """Microsoft encrypts everything with keys of its own. A key that the force holds can be withdrawn: then nobody,
    whatever access he has to the platform, reads the data any more.
    """
    key = account["keyVaultKeyUri"]
    return Fail(key, "a key in a vault") if key.missing else None


@rule(
    "BL-PAAS-015",
    "Caches answer over TLS only",
    must=Must("enableNonSslPort", be=False, default=False),
    failure="Redis cache has the port without TLS enabled",
    severity=Severity.HIGH,
    controls=IN_TRANSIT,
    at=REDIS,
    fix="Leave enableNonSslPort out, or set it to false.",
    example='redis.Redis("sessions", ..., enable_non_ssl_port=False)',
)
def no_plain_port() -> None:
    """On the other port everything crosses the network in the clear, the cache's password first."""


@rule(
    "BL-PAAS-016",
    "Caches know identities only, no keys",
    must=Must("disableAccessKeyAuthentication", be=True, default=False),
    failure="Redis cache accepts access keys",
    severity=Severity.MEDIUM,
    controls=BY_IDENTITY,
    at=REDIS,
    fix="Set disableAccessKeyAuthentication to true and use Entra ID.",
    example='redis.Redis("sessions", ..., disable_access_key_authentication=True)',
)
def cache_by_identity() -> None:
    """The key of a cache is one password for all, with the right to read every session and to flush it."""


@rule(
    "BL-PAAS-017",
    "Databases of Redis Enterprise answer over TLS only",
    must=Must("clientProtocol", be="Encrypted", default="Encrypted"),
    failure="Redis Enterprise database accepts plain-text connections",
    severity=Severity.HIGH,
    controls=IN_TRANSIT,
    at=REDIS_DATABASE,
    fix="Leave clientProtocol out, or set it to Encrypted.",
    example='redisenterprise.Database("sessions", ..., client_protocol="Encrypted")',
)
def encrypted_protocol() -> None:
    """In plaintext everything crosses the network readable, the database's password first."""


@rule(
    "BL-PAAS-018",
    "Configuration stores cannot be purged",
    must=Must("enablePurgeProtection", be=True, default=False),
    failure="App Configuration store has purge protection disabled",
    severity=Severity.MEDIUM,
    controls=RECOVERABLE,
    at=APP_CONFIGURATION,
    fix="Set enablePurgeProtection to true.",
    example='appconfiguration.ConfigurationStore("records", ..., enable_purge_protection=True)',
)
def configuration_kept() -> None:
    """Applications that have lost their configuration are down until somebody remembers what was in it."""
