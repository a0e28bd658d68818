"""SQL databases: encryption, backup and retention."""

from typing import Final

from bluelamp.policies.azure._controls import OWN_KEYS
from bluelamp.policies.azure._kin import child_of, same_name
from bluelamp.policies.controls import caf, dpa, iso, mcsb, ncsc, policing
from bluelamp.policies.estate import Estate
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, Must, NotApplicable, Outcome, lacks, rule
from bluelamp.policies.value import Value, some

DATABASE: Final = "azure-native:sql:Database"
MANAGED_INSTANCE: Final = "azure-native:sql:ManagedInstance"
LONG_TERM: Final = ("azure-native:sql:LongTermRetentionPolicy", "azure-native:sql:BackupLongTermRetentionPolicy")
INSTANCE_LONG_TERM: Final = "azure-native:sql:ManagedInstanceLongTermRetentionPolicy"

_NONE: Final = frozenset({"", "pt0s", "p0d", "p0w", "p0m", "p0y"})


@rule(
    "BL-SQL-011",
    "SQL databases have transparent data encryption enabled",
    must=Must("state", be="Enabled", default="Enabled"),
    failure="SQL database has transparent data encryption disabled",
    severity=Severity.HIGH,
    controls=ncsc("2.3") + caf("B3.c") + dpa("66") + iso("8.24") + mcsb("DP-4") + policing("cryptography"),
    at="azure-native:sql:TransparentDataEncryption",
    fix="Set state to Enabled, or leave the resource out: encryption is enabled by default.",
    example='sql.TransparentDataEncryption("records", ..., state="Enabled")',
)
def encrypted() -> None:
    """Without transparent data encryption, a stolen disk or backup file is readable."""


@rule(
    "BL-SQL-012",
    "SQL servers are encrypted with a customer-managed key",
    must=Must("serverKeyType", be="AzureKeyVault", default="ServiceManaged"),
    failure="SQL server has no customer-managed key for encryption",
    severity=Severity.MEDIUM,
    controls=OWN_KEYS,
    at="azure-native:sql:EncryptionProtector",
    fix="Set serverKeyType to AzureKeyVault and serverKeyName to a key in the force's vault.",
    example='sql.EncryptionProtector("records", ..., server_key_type="AzureKeyVault", server_key_name="kv_records_1")',
)
def customer_managed_key() -> None:
    """With a customer-managed key, the force controls the key's life cycle and can revoke all access at once."""


@rule(
    "BL-SQL-013",
    "SQL database backups use zone-redundant or geo-redundant storage",
    must=Must("requestedBackupStorageRedundancy", among=("Geo", "GeoZone", "Zone"), default="Geo"),
    failure="SQL database backups use locally redundant storage",
    severity=Severity.MEDIUM,
    controls=ncsc("2.5") + caf("B5.b", "B5.c") + iso("8.13", "8.14") + mcsb("BR-1") + policing("backup"),
    at=(DATABASE, MANAGED_INSTANCE),
    fix="Set requestedBackupStorageRedundancy to Geo (UK South's pair is UK West) or GeoZone, or leave it out.",
    example='sql.Database("records", ..., requested_backup_storage_redundancy="GeoZone")',
)
def redundant_backup_storage() -> None:
    """Locally redundant backups are in one data centre and are lost with it."""


@rule(
    "BL-SQL-014",
    "SQL databases have point-in-time restore for at least 14 days",
    must=Must("retentionDays", minimum=14, default=7),
    failure="SQL database has point-in-time restore for fewer than 14 days",
    severity=Severity.MEDIUM,
    controls=ncsc("2.5") + caf("B5.c") + iso("8.13") + mcsb("BR-1") + policing("backup"),
    at="azure-native:sql:BackupShortTermRetentionPolicy",
    fix="Set retentionDays to 14 or more.",
    example='sql.BackupShortTermRetentionPolicy("records", ..., retention_days=35)',
)
def point_in_time_restore() -> None:
    """An erroneous update may be found after more than seven days, Azure's default retention."""


@rule(
    "BL-SQL-015",
    "Long-term backup policies retain at least one backup",
    failure="Long-term backup policy retains no backups",
    severity=Severity.MEDIUM,
    controls=ncsc("2.5") + caf("B5.c") + dpa("39") + iso("5.33", "8.13") + mcsb("BR-1"),
    at=(*LONG_TERM, INSTANCE_LONG_TERM),
    fix="Set weeklyRetention, monthlyRetention or yearlyRetention to a period such as P12M.",
    example='sql.LongTermRetentionPolicy("records", ..., monthly_retention="P12M")',
)
def long_term_policy_retains_backups(policy: Value) -> Outcome:
    """A policy with only zero periods, the default, is listed as a backup policy and retains nothing."""
    if some((policy[f"{each}Retention"] for each in ("weekly", "monthly", "yearly")), _is_span):
        return None
    return Fail(policy["monthlyRetention"], "a period such as P12M", "no backup is retained")


@rule(
    "BL-SQL-016",
    "SQL databases have a long-term backup policy",
    failure="SQL database has no long-term backup policy",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("2.5") + caf("B5.c") + iso("5.33", "8.13") + mcsb("BR-1") + policing("backup"),
    at=DATABASE,
    estate=True,
    fix="Add a LongTermRetentionPolicy for the database.",
    example="""
sql.Database("records", ..., server_name="sql-records", database_name="records")
sql.LongTermRetentionPolicy(
    "records", ..., server_name="sql-records", database_name="records", monthly_retention="P12M"
)
""",
)
def has_long_term_policy(database: Value, estate: Estate) -> Outcome:
    """Point-in-time restore is limited to 35 days. Data that was encrypted or falsified earlier can be restored only
    from a long-term backup.
    """
    if database["createMode"].text() in {"secondary", "onlinesecondary"}:
        return NotApplicable("it is a replica of a database with its own backups")
    found = some(estate.of(*LONG_TERM), lambda each: _covers(each, database))
    return None if found else lacks(database, "a long-term retention policy for this database")


def _covers(policy: Value, database: Value) -> bool:
    return child_of(policy["databaseName"], database, "databaseName") and same_name(
        policy["serverName"], database["serverName"]
    )


def _is_span(retention: Value) -> bool:
    return retention.text() not in _NONE
