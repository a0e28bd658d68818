"""SQL servers and managed instances: network access, authentication, auditing and threat detection."""

from typing import Final

from bluelamp.policies.azure._controls import BY_IDENTITY, CLOSED, IN_TRANSIT
from bluelamp.policies.azure._kin import child, child_of
from bluelamp.policies.azure._lists import RANGES, wide_range
from bluelamp.policies.controls import caf, cyber_essentials, dpa, iso, mcsb, ncsc, policing
from bluelamp.policies.estate import Estate, canonical
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Fail, Must, NotApplicable, Outcome, lacks, rule
from bluelamp.policies.tighter import AtLeast, AtMost
from bluelamp.policies.value import UnknownValue, Value, some

SQL_SERVER: Final = "azure-native:sql:Server"
_ELSEWHERE: Final = ("azure-native:synapse:", "azure-native:datalakestore:")
MANAGED_INSTANCE: Final = "azure-native:sql:ManagedInstance"
AUDITING: Final = ("azure-native:sql:ServerBlobAuditingPolicy", "azure-native:sql:ExtendedServerBlobAuditingPolicy")

DATABASE_AUDITING: Final = (
    "azure-native:sql:DatabaseBlobAuditingPolicy",
    "azure-native:sql:ExtendedDatabaseBlobAuditingPolicy",
)
ENTRA_ONLY: Final = {
    SQL_SERVER: ("azure-native:sql:ServerAzureADOnlyAuthentication", "serverName"),
    MANAGED_INSTANCE: ("azure-native:sql:ManagedInstanceAzureADOnlyAuthentication", "managedInstanceName"),
}
"""For each kind of server, the separate resource with the same setting, and its property that names the server."""


@rule(
    "BL-SQL-001",
    "SQL servers require TLS 1.2 or later",
    must=Must("minimalTlsVersion", among=("1.2", "1.3"), default="None"),
    failure="SQL server accepts TLS older than 1.2",
    severity=Severity.HIGH,
    controls=IN_TRANSIT,
    at=(SQL_SERVER, MANAGED_INSTANCE),
    fix="Set minimalTlsVersion to 1.2.",
    example='sql.Server("records", ..., minimal_tls_version="1.2")',
)
def sql_tls() -> None:
    """TLS 1.0 and 1.1 have known weaknesses and were withdrawn in 2021 (RFC 8996)."""


@rule(
    "BL-SQL-002",
    "SQL servers have public network access disabled or secured by perimeter",
    must=Must("publicNetworkAccess", among=("Disabled", "SecuredByPerimeter"), default="Enabled"),
    failure="SQL server has public network access enabled",
    severity=Severity.HIGH,
    controls=CLOSED,
    at=SQL_SERVER,
    fix="Set publicNetworkAccess to Disabled and use a private endpoint.",
    example='sql.Server("records", ..., public_network_access="Disabled")',
)
def sql_not_public() -> None:
    """Attackers continuously try leaked passwords on databases reachable from the Internet."""


@rule(
    "BL-SQL-003",
    "SQL servers use Entra ID-only authentication",
    failure="SQL server allows SQL authentication",
    severity=Severity.MEDIUM,
    controls=BY_IDENTITY,
    at=tuple(ENTRA_ONLY),
    estate=True,
    fix="Set administrators.azureADOnlyAuthentication to true.",
    example='sql.Server("records", ..., administrators={"azureADOnlyAuthentication": True, "login": "sql-admins"})',
)
def entra_only(server: Value, estate: Estate) -> Outcome:
    """A SQL login stays valid after its owner leaves and has no multi-factor authentication."""
    type_, name = ENTRA_ONLY[canonical(server.resource.type)]
    own = server.at("administrators.azureADOnlyAuthentication")
    beside = child(server, name, estate.of(type_), name)
    setting = beside["azureADOnlyAuthentication"] if beside else own
    if setting.get(False) is True:
        return None
    return Fail(own, True, f"{beside.resource.name} disables it" if beside else "")


@rule(
    "BL-SQL-004",
    "Database firewall rules do not admit all of Azure or wide ranges",
    failure="Database firewall admits all of Azure or a wide address range",
    severity=Severity.HIGH,
    controls=ncsc("11") + caf("B4.a") + cyber_essentials("firewalls") + mcsb("NS-2"),
    at=tuple(type_ for type_ in RANGES if not type_.startswith(_ELSEWHERE)),
    estate=True,
    fix="Remove the rule and use a private endpoint, or name the few client addresses that are needed.",
    example="""
sql.FirewallRule("gateway", ..., start_ip_address="203.0.113.10", end_ip_address="203.0.113.10")
""",
)
def firewall_rule_not_open(
    entry: Value, estate: Estate, *, most: AtMost[int] = 256, total: AtMost[int] = 4096
) -> Outcome:
    """A rule from 0.0.0.0 to 0.0.0.0 admits every virtual machine in Azure, including other customers'. A range of
    thousands of addresses includes networks of others.
    """
    found = wide_range(entry, estate, most, total)
    if found is None:
        return None
    place, expected = found
    return Fail(place, expected or "an address of the force")


@rule(
    "BL-SQL-005",
    "SQL servers restrict outbound network access",
    must=Must("restrictOutboundNetworkAccess", be="Enabled", default="Disabled"),
    failure="SQL server has unrestricted outbound network access",
    severity=Severity.MEDIUM,
    controls=ncsc("2.3", "11") + caf("B3.c") + iso("8.12") + mcsb("NS-2"),
    at=SQL_SERVER,
    fix="Set restrictOutboundNetworkAccess to Enabled and add outbound firewall rules for the required destinations.",
    example='sql.Server("records", ..., restrict_outbound_network_access="Enabled")',
)
def no_outbound() -> None:
    """A user who can run SQL can make the server read from and write to any address, and so exfiltrate the database."""


@rule(
    "BL-SQL-006",
    "SQL managed instances have the public endpoint disabled",
    must=Must("publicDataEndpointEnabled", be=False, default=False),
    failure="SQL managed instance has the public endpoint enabled",
    severity=Severity.HIGH,
    controls=CLOSED,
    at=MANAGED_INSTANCE,
    fix="Set publicDataEndpointEnabled to false, or leave it out.",
    example='sql.ManagedInstance("records", ..., public_data_endpoint_enabled=False)',
)
def instance_not_public() -> None:
    """The public endpoint bypasses the virtual network of the instance."""


@rule(
    "BL-SQL-007",
    "SQL servers have auditing enabled",
    failure="SQL server has auditing disabled",
    severity=Severity.HIGH,
    controls=ncsc("13") + caf("C1.a") + dpa("62") + iso("8.15") + mcsb("LT-3") + policing("protective-monitoring"),
    at=SQL_SERVER,
    estate=True,
    fix="Add an auditing policy with state Enabled to the server.",
    example="""
sql.Server("records", ..., server_name="sql-records")
sql.ServerBlobAuditingPolicy("audit", ..., server_name="sql-records", state="Enabled", retention_days=0)
""",
)
def auditing(server: Value, estate: Estate) -> Outcome:
    """The Data Protection Act 2018 requires logs of who consulted, altered and erased records about people. They cannot
    be created in retrospect.
    """
    found = some(estate.of(*AUDITING), lambda each: _audits(each, server))
    if not found:
        return lacks(server, "an auditing policy in state Enabled for this server")
    off = some(estate.of(*AUDITING), lambda each: _of(each, server) and each["state"].text() != "enabled")
    if off:
        raise UnknownValue(
            off["state"], f"{found.resource.name} enables auditing, and which of them applies is not known"
        )
    return None


@rule(
    "BL-SQL-008",
    "SQL audit logs are retained for at least 90 days",
    failure="SQL audit logs are retained for too few days",
    severity=Severity.MEDIUM,
    controls=ncsc("13") + caf("C1.a", "C1.b") + dpa("62") + iso("8.15") + mcsb("LT-6"),
    at=(*AUDITING, *DATABASE_AUDITING),
    fix="Set retentionDays to the expected number or more, or to 0 for unlimited retention.",
    example="""
sql.ServerBlobAuditingPolicy(
    "audit", ..., state="Enabled", storage_endpoint="https://staudit.blob.core.windows.net", retention_days=365
)
""",
)
def audit_retention(policy: Value, *, minimum: AtLeast[int] = 90) -> Outcome:
    """Misuse of records often comes to light months later. A log that was deleted before then cannot identify who did
    it.
    """
    if policy["storageEndpoint"].missing:
        return NotApplicable("it does not write to a storage account; its destination sets the retention")
    days = policy["retentionDays"]
    return Fail(days, f"0 or at least {minimum}") if 0 < int(days.get(0)) < minimum else None


@rule(
    "BL-SQL-009",
    "SQL servers have threat detection alerts enabled",
    must=Must("state", be="Enabled", default=None),
    failure="SQL server has threat detection alerts disabled",
    severity=Severity.MEDIUM,
    controls=ncsc("5", "13") + caf("C1.c", "C1.f") + iso("8.16") + mcsb("LT-1"),
    at=(
        "azure-native:sql:ServerSecurityAlertPolicy",
        "azure-native:sql:DatabaseSecurityAlertPolicy",
        "azure-native:sql:DatabaseThreatDetectionPolicy",
    ),
    fix="Set state to Enabled on the security alert policy.",
    example='sql.ServerSecurityAlertPolicy("alerts", ..., state="Enabled")',
)
def threat_detection() -> None:
    """Injection, a sign-in from a new country and a sudden export look ordinary in an audit log. Threat detection
    reports them as they happen.
    """


@rule(
    "BL-SQL-010",
    "SQL servers have vulnerability assessment enabled",
    must=Must("state", be="Enabled", default="Disabled"),
    failure="SQL server has vulnerability assessment disabled",
    severity=Severity.MEDIUM,
    controls=ncsc("5") + caf("B4.d") + iso("8.8") + mcsb("PV-5") + policing("vulnerability-management"),
    at="azure-native:sql:SqlVulnerabilityAssessmentsSetting",
    fix="Set state to Enabled on the vulnerability assessment.",
    example='sql.SqlVulnerabilityAssessmentsSetting("scan", ..., state="Enabled")',
)
def vulnerability_scans() -> None:
    """Excessive permissions and weak settings are not visible from outside. The weekly scan reports them."""


def _audits(policy: Value, server: Value) -> bool:
    return _of(policy, server) and policy["state"].text() == "enabled"


def _of(policy: Value, server: Value) -> bool:
    return child_of(policy["serverName"], server, "serverName")
