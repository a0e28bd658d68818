"""PostgreSQL and MySQL flexible servers: how they are reached, by whom, and how they are kept."""

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
    "PostgreSQL and MySQL servers are not reachable from the Internet",
    failure="PostgreSQL or MySQL server is reachable from the Internet",
    severity=Severity.HIGH,
    controls=CLOSED,
    at=(POSTGRESQL, MYSQL),
    fix="Set network.publicNetworkAccess to Disabled with a private endpoint, or give the server a delegated subnet.",
    example='dbforpostgresql.Server("records", ..., network={"public_network_access": "Disabled"})',
)
def flexible_server_not_public(server: Value) -> Outcome:
    """A database that answers the Internet is tried with every leaked password there is, day and night."""
    network = server["network"]
    access = network["publicNetworkAccess"]
    if access.text("Enabled") == "disabled" or not network["delegatedSubnetResourceId"].missing:
        return None
    return Fail(access, "Disabled", "Azure's default is Enabled" if access.missing else "")


@rule(
    "BL-SQL-031",
    "PostgreSQL servers know no passwords",
    must=Must("authConfig.passwordAuth", be="Disabled", default="Enabled"),
    failure="PostgreSQL server allows password authentication",
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
    """A login that lives in the database survives its owner's leaving and never asks for a second factor."""


@rule(
    "BL-SQL-032",
    "PostgreSQL servers know people and services by Entra ID",
    must=Must("authConfig.activeDirectoryAuth", be="Enabled", default="Disabled"),
    failure="PostgreSQL server has Entra ID authentication disabled",
    severity=Severity.MEDIUM,
    controls=BY_IDENTITY,
    at=POSTGRESQL,
    fix="Set authConfig.activeDirectoryAuth to Enabled.",
    example='dbforpostgresql.Server("records", ..., auth_config={"active_directory_auth": "Enabled"})',
)
def postgresql_entra() -> None:
    """Without it every person and service needs a password of its own, which nobody takes back centrally."""


@rule(
    "BL-SQL-033",
    "PostgreSQL and MySQL backups survive the loss of a region",
    must=Must("backup.geoRedundantBackup", be="Enabled", default="Disabled"),
    failure="PostgreSQL or MySQL backups are stored in a single region",
    severity=Severity.MEDIUM,
    controls=ncsc("2.5") + caf("B5.b", "B5.c") + iso("8.13", "8.14") + mcsb("BR-1") + policing("backup"),
    at=(POSTGRESQL, MYSQL),
    fix="Set backup.geoRedundantBackup to Enabled when the server is made; UK South's pair is UK West.",
    example='dbforpostgresql.Server("records", ..., backup={"geo_redundant_backup": "Enabled"})',
)
def geo_backup() -> None:
    """Backups that stand in one region are lost with it; it can only be chosen when the server is made."""


@rule(
    "BL-SQL-034",
    "PostgreSQL and MySQL backups are kept for 14 days at least",
    must=Must("backup.backupRetentionDays", minimum=14, default=7),
    failure="PostgreSQL or MySQL backups are kept for too few days",
    severity=Severity.MEDIUM,
    controls=ncsc("2.5") + caf("B5.c") + iso("8.13") + mcsb("BR-1") + policing("backup"),
    at=(POSTGRESQL, MYSQL),
    fix="Set backup.backupRetentionDays to the expected number or more.",
    example='dbformysql.Server("records", ..., backup={"backup_retention_days": 35})',
)
def backup_days() -> None:
    """A wrong update that is found after the holidays is older than a week, Azure's default."""


@rule(
    "BL-SQL-035",
    "PostgreSQL and MySQL data is encrypted with the force's own key",
    must=Must("dataEncryption.type", be="AzureKeyVault", default="SystemManaged"),
    failure="PostgreSQL or MySQL server is encrypted without a customer-managed key",
    severity=Severity.MEDIUM,
    controls=OWN_KEYS,
    at=(POSTGRESQL, MYSQL),
    fix="Set dataEncryption.type to AzureKeyVault with a key and an identity that may use it.",
    example='dbforpostgresql.Server("records", ..., data_encryption={"type": "AzureKeyVault"})',
)
def own_key() -> None:
    """Whoever holds the key decides who can read the data, and can end all reading at once by withdrawing it. With a
    service-managed key that is not the force.
    """


@rule(
    "BL-SQL-036",
    "PostgreSQL and MySQL servers outlive a data centre",
    must=Must("highAvailability.mode", be="ZoneRedundant", default="Disabled"),
    failure="PostgreSQL or MySQL server is not zone-redundant",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=RESILIENT,
    at=(POSTGRESQL, MYSQL),
    fix="Set highAvailability.mode to ZoneRedundant where the region has zones (UK South has, UK West has none).",
    example='dbforpostgresql.Server("records", ..., high_availability={"mode": "ZoneRedundant"})',
)
def zones() -> None:
    """A server in one zone is down as long as that building is; a standby in another takes over in a minute."""


@rule(
    "BL-SQL-037",
    "PostgreSQL and MySQL refuse plain and outdated connections",
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
    """Both settings are safe unless somebody changes them, mostly for an old client; from then on passwords and records
    can be read on the way.
    """
    name, value = configuration["configurationName"].text(), configuration["value"]
    if name == "require_secure_transport":
        return None if value.text("on") == "on" else Fail(value, "ON")
    if name not in {"ssl_min_protocol_version", "tls_version"}:
        return NotApplicable("it sets something else")
    return None if _MODERN.issuperset(value.text("TLSv1.2").replace(" ", "").split(",")) else Fail(value, "TLSv1.2")


@rule(
    "BL-SQL-038",
    "PostgreSQL writes down who connects",
    failure="PostgreSQL server does not log connections",
    severity=Severity.LOW,
    controls=ncsc("13") + caf("C1.a") + iso("8.15") + mcsb("LT-3"),
    at="azure-native:dbforpostgresql:Configuration",
    fix="Leave log_connections and log_disconnections at ON.",
    example='dbforpostgresql.Configuration("log", ..., configuration_name="log_connections", value="on")',
)
def connections_are_logged(configuration: Value) -> Outcome:
    """Who was connected when is the first question after a leak, and the log is its only answer."""
    name, value = configuration["configurationName"].text(), configuration["value"]
    if name not in {"log_connections", "log_disconnections"}:
        return NotApplicable("it sets something else")
    return None if value.text("on") in {"on", "receipt", "all"} else Fail(value, "ON")
