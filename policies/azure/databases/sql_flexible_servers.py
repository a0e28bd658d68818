"""PostgreSQL and MySQL flexible servers: network access, authentication, encryption, backup and logging."""

from typing import Final

from bluelamp.policies.azure._controls import BY_IDENTITY, CLOSED, IN_TRANSIT, OWN_KEYS, RESILIENT
from bluelamp.policies.controls import caf, iso, mcsb, ncsc, policing
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, Must, NotApplicable, Outcome, rule
from bluelamp.policies.value import Value

POSTGRESQL: Final = "azure-native:dbforpostgresql:Server"
MYSQL: Final = "azure-native:dbformysql:Server"
CONFIGURATIONS: Final = ("azure-native:dbforpostgresql:Configuration", "azure-native:dbformysql:Configuration")

_MODERN: Final = frozenset({"tlsv1.2", "tlsv1.3"})


@rule(
    "BL-SQL-030",
    "PostgreSQL and MySQL servers have public network access disabled",
    failure="PostgreSQL or MySQL server has public network access enabled",
    severity=Severity.HIGH,
    controls=CLOSED,
    at=(POSTGRESQL, MYSQL),
    fix="""Set network.publicNetworkAccess to Disabled with a private endpoint, or deploy the server into a delegated
    subnet.""",
    example='dbforpostgresql.Server("records", ..., network={"public_network_access": "Disabled"})',
)
def flexible_server_not_public(server: Value) -> Outcome:
    """Attackers continuously try leaked passwords on databases reachable from the Internet."""
    network = server["network"]
    access = network["publicNetworkAccess"]
    if access.text("Enabled") == "disabled" or not network["delegatedSubnetResourceId"].missing:
        return None
    return Fail(access, "Disabled", "Azure's default is Enabled" if access.missing else "")


@rule(
    "BL-SQL-031",
    "PostgreSQL servers have password authentication disabled",
    must=Must("authConfig.passwordAuth", be="Disabled", default="Enabled"),
    failure="PostgreSQL server has password authentication enabled",
    severity=Severity.MEDIUM,
    controls=BY_IDENTITY,
    at=POSTGRESQL,
    fix="Set authConfig.passwordAuth to Disabled and authConfig.activeDirectoryAuth to Enabled.",
    example="""
dbforpostgresql.Server(
    "records", ..., auth_config={"password_auth": "Disabled", "active_directory_auth": "Enabled"}
)
""",
)
def postgresql_no_passwords() -> None:
    """A database login stays valid after its owner leaves and has no multi-factor authentication."""


@rule(
    "BL-SQL-032",
    "PostgreSQL servers have Entra ID authentication enabled",
    must=Must("authConfig.activeDirectoryAuth", be="Enabled", default="Disabled"),
    failure="PostgreSQL server has Entra ID authentication disabled",
    severity=Severity.MEDIUM,
    controls=BY_IDENTITY,
    at=POSTGRESQL,
    fix="Set authConfig.activeDirectoryAuth to Enabled.",
    example='dbforpostgresql.Server("records", ..., auth_config={"active_directory_auth": "Enabled"})',
)
def postgresql_entra() -> None:
    """Without it every user and service needs a database password, which is not revoked centrally."""


@rule(
    "BL-SQL-033",
    "PostgreSQL and MySQL servers have geo-redundant backups",
    must=Must("backup.geoRedundantBackup", be="Enabled", default="Disabled"),
    failure="PostgreSQL or MySQL server has no geo-redundant backups",
    severity=Severity.MEDIUM,
    controls=ncsc("2.5") + caf("B5.b", "B5.c") + iso("8.13", "8.14") + mcsb("BR-1") + policing("backup"),
    at=(POSTGRESQL, MYSQL),
    fix="Set backup.geoRedundantBackup to Enabled when you create the server. UK South's pair is UK West.",
    example='dbforpostgresql.Server("records", ..., backup={"geo_redundant_backup": "Enabled"})',
)
def geo_backup() -> None:
    """Backups in one region are lost with the region. Azure allows the choice only at creation."""


@rule(
    "BL-SQL-034",
    "PostgreSQL and MySQL servers retain backups for at least 14 days",
    must=Must("backup.backupRetentionDays", minimum=14, default=7),
    failure="PostgreSQL or MySQL server retains backups for too few days",
    severity=Severity.MEDIUM,
    controls=ncsc("2.5") + caf("B5.c") + iso("8.13") + mcsb("BR-1") + policing("backup"),
    at=(POSTGRESQL, MYSQL),
    fix="Set backup.backupRetentionDays to the expected number or more.",
    example='dbformysql.Server("records", ..., backup={"backup_retention_days": 35})',
)
def backup_retention() -> None:
    """An erroneous update may be found after more than seven days, Azure's default retention."""


@rule(
    "BL-SQL-035",
    "PostgreSQL and MySQL servers are encrypted with a customer-managed key",
    must=Must("dataEncryption.type", be="AzureKeyVault", default="SystemManaged"),
    failure="PostgreSQL or MySQL server has no customer-managed key for encryption",
    severity=Severity.MEDIUM,
    controls=OWN_KEYS,
    at=(POSTGRESQL, MYSQL),
    fix="Set dataEncryption.type to AzureKeyVault, with a key and an identity that may use it.",
    example='dbforpostgresql.Server("records", ..., data_encryption={"type": "AzureKeyVault"})',
)
def customer_managed_key() -> None:
    """With a customer-managed key, the force controls the key's life cycle and can revoke all access at once."""


@rule(
    "BL-SQL-036",
    "PostgreSQL and MySQL servers have zone-redundant high availability",
    must=Must("highAvailability.mode", be="ZoneRedundant", default="Disabled"),
    failure="PostgreSQL or MySQL server has no zone-redundant high availability",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=RESILIENT,
    at=(POSTGRESQL, MYSQL),
    fix="Set highAvailability.mode to ZoneRedundant where the region has zones (UK South has, UK West has none).",
    example='dbforpostgresql.Server("records", ..., high_availability={"mode": "ZoneRedundant"})',
)
def zone_redundant() -> None:
    """A server in one zone is unavailable while that zone is down. A standby in another zone takes over in about a
    minute.
    """


@rule(
    "BL-SQL-037",
    "PostgreSQL and MySQL servers enforce TLS 1.2 or later",
    failure="PostgreSQL or MySQL server accepts unencrypted or outdated connections",
    severity=Severity.HIGH,
    controls=IN_TRANSIT,
    at=CONFIGURATIONS,
    fix="Leave require_secure_transport ON, and ssl_min_protocol_version (MySQL: tls_version) at TLSv1.2 or later.",
    example="""
dbforpostgresql.Configuration("tls", ..., configuration_name="require_secure_transport", value="on")
""",
)
def connections_are_encrypted(configuration: Value) -> Outcome:
    """The defaults are safe. A change for one old client exposes passwords and records of all clients
    to interception.
    """
    name, value = configuration["configurationName"].text(), configuration["value"]
    if name == "require_secure_transport":
        return None if value.text("on") == "on" else Fail(value, "ON")
    if name not in {"ssl_min_protocol_version", "tls_version"}:
        return NotApplicable("it sets another parameter")
    return None if _MODERN.issuperset(value.text("TLSv1.2").replace(" ", "").split(",")) else Fail(value, "TLSv1.2")


@rule(
    "BL-SQL-038",
    "PostgreSQL servers log connections and disconnections",
    failure="PostgreSQL server does not log connections or disconnections",
    severity=Severity.LOW,
    controls=ncsc("13") + caf("C1.a") + iso("8.15") + mcsb("LT-3"),
    at="azure-native:dbforpostgresql:Configuration",
    fix="Leave log_connections and log_disconnections at ON.",
    example='dbforpostgresql.Configuration("log", ..., configuration_name="log_connections", value="on")',
)
def connections_are_logged(configuration: Value) -> Outcome:
    """After a leak the first question is who was connected at which time. Only this log answers it."""
    name, value = configuration["configurationName"].text(), configuration["value"]
    if name not in {"log_connections", "log_disconnections"}:
        return NotApplicable("it sets another parameter")
    return None if value.text("on") in {"on", "receipt", "all"} else Fail(value, "ON")
