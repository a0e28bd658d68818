"""Log Analytics workspaces and diagnostic settings."""

from collections.abc import Iterator
from typing import Final

from bluelamp.policies.azure._arm import Pointers, Reference, pointers, references
from bluelamp.policies.controls import caf, dpa, iso, mcsb, ncsc, policing
from bluelamp.policies.estate import Estate, canonical
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Fail, Must, NotApplicable, Outcome, lacks, rule
from bluelamp.policies.value import UnknownValue, Value, some

WORKSPACE: Final = "azure-native:operationalinsights:Workspace"
DIAGNOSTIC_SETTING: Final = "azure-native:monitor:DiagnosticSetting"
SUBSCRIPTION_SETTING: Final = "azure-native:monitor:SubscriptionDiagnosticSetting"
INSIGHTS: Final = "azure-native:applicationinsights:Component"
GUARDS: Final = (
    "azure-native:containerregistry:Registry",
    "azure-native:containerservice:ManagedCluster",
    "azure-native:keyvault:Vault",
    "azure-native:network:ApplicationGateway",
    "azure-native:network:AzureFirewall",
    "azure-native:network:BastionHost",
    "azure-native:network:VirtualNetworkGateway",
)
KEEPERS: Final = (
    "azure-native:apimanagement:ApiManagementService",
    "azure-native:appconfiguration:ConfigurationStore",
    "azure-native:automation:AutomationAccount",
    "azure-native:cognitiveservices:Account",
    "azure-native:cosmosdb:DatabaseAccount",
    "azure-native:datafactory:Factory",
    "azure-native:dbformysql:Server",
    "azure-native:dbforpostgresql:Server",
    "azure-native:eventhub:Namespace",
    "azure-native:logic:Workflow",
    "azure-native:recoveryservices:Vault",
    "azure-native:search:Service",
    "azure-native:servicebus:Namespace",
    "azure-native:web:WebApp",
)

_DESTINATIONS: Final = ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "marketplacePartnerId")
_KINDS: Final = {DIAGNOSTIC_SETTING: ("logs", "metrics"), SUBSCRIPTION_SETTING: ("logs",)}
_MONITORING: Final = policing("protective-monitoring")


@rule(
    "BL-LOG-001",
    "Log Analytics workspaces retain logs for at least 90 days",
    must=Must("retentionInDays", minimum=90, default=30),
    failure="Log Analytics workspace retains logs for too few days",
    severity=Severity.MEDIUM,
    controls=ncsc("5", "13") + caf("C1.a") + dpa("62") + iso("8.15") + mcsb("LT-6") + _MONITORING,
    at=WORKSPACE,
    fix="Set retentionInDays on the workspace to the expected number of days or more.",
    example='operationalinsights.Workspace("logs", ..., retention_in_days=90)',
)
def retention() -> None:
    """Intrusions are often detected months after they began. Logs that were deleted before then cannot show what was
    taken.
    """


@rule(
    "BL-LOG-002",
    "Network security and key vault resources have diagnostic settings",
    failure="Network security or key vault resource has no diagnostic setting",
    severity=Severity.HIGH,
    controls=ncsc("13") + caf("C1.a", "C1.c") + iso("8.15") + mcsb("LT-3") + _MONITORING,
    at=GUARDS,
    estate=True,
    fix="Add a diagnostic setting with this resource as resourceUri and the force's workspace as workspaceId.",
    example="""
vault = keyvault.Vault("records", ..., vault_name="kv-records")
monitor.DiagnosticSetting(
    "kv-records",
    resource_uri=vault.id,
    workspace_id="/subscriptions/s/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/log",
    logs=[{"category_group": "allLogs", "enabled": True}],
)
""",
)
def has_diagnostic_setting(resource: Value, estate: Estate) -> Outcome:
    """Without a diagnostic setting Azure does not keep resource logs, and there is no record of who read a key or what
    passed the firewall.
    """
    return _is_logged(resource, estate)


@rule(
    "BL-LOG-003",
    "Data and application resources have diagnostic settings",
    failure="Data or application resource has no diagnostic setting",
    severity=Severity.MEDIUM,
    controls=ncsc("13") + caf("C1.a", "C1.c") + dpa("62") + iso("8.15") + mcsb("LT-3") + _MONITORING,
    at=KEEPERS,
    estate=True,
    fix="Add a diagnostic setting with this resource as resourceUri and the force's workspace as workspaceId.",
    example="""
server = dbforpostgresql.Server("records", ..., server_name="psql-records")
monitor.DiagnosticSetting(
    "psql-records",
    resource_uri=server.id,
    workspace_id="/subscriptions/s/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/log",
    logs=[{"category_group": "audit", "enabled": True}],
)
""",
)
def data_resource_has_diagnostic_setting(resource: Value, estate: Estate) -> Outcome:
    """Without a diagnostic setting Azure does not keep resource logs, and there is no record of who read data, which
    the Data Protection Act 2018 requires.
    """
    if resource.resource.type.endswith(":ApiManagementService") and resource.at("sku.name").text() == "consumption":
        return NotApplicable("the consumption tier has no resource logs")
    return _is_logged(resource, estate)


@rule(
    "BL-LOG-004",
    "Diagnostic settings have a destination and an enabled log or metric",
    failure="Diagnostic setting has no destination, or no enabled log or metric",
    severity=Severity.MEDIUM,
    controls=ncsc("13") + caf("C1.a") + iso("8.15") + mcsb("LT-5") + _MONITORING,
    at=(DIAGNOSTIC_SETTING, SUBSCRIPTION_SETTING),
    estate=True,
    fix="Set workspaceId or another destination, and enable at least one log or metric.",
    example="""
monitor.DiagnosticSetting(
    "vault",
    ...,
    workspace_id="/subscriptions/s/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/log",
    logs=[{"category_group": "allLogs", "enabled": True}],
)
""",
)
def setting_has_destination_and_category(setting: Value, _estate: Estate) -> Outcome:
    """An empty diagnostic setting is listed as logging, and logs nothing."""
    if not some((setting[name] for name in _DESTINATIONS), _is_set):
        return Fail(setting["workspaceId"], "a workspace, or another destination")
    named = [each for kind in _KINDS[canonical(setting.resource.type)] for each in setting[kind].each()]
    if some(named, lambda each: each["enabled"].get(False) is True):
        return None
    return Fail(named[0]["enabled"] if named else setting["logs"], "a log that is enabled")


@rule(
    "BL-LOG-005",
    "Log queries from public networks are disabled",
    must=Must("publicNetworkAccessForQuery", be="Disabled", default="Enabled"),
    failure="Log queries from public networks are enabled",
    severity=Severity.MEDIUM,
    controls=ncsc("11", "13") + caf("B4.a", "C1.b") + iso("8.15", "8.20") + mcsb("NS-2"),
    at=(WORKSPACE, INSIGHTS),
    fix="Set publicNetworkAccessForQuery to Disabled and use an Azure Monitor private link scope.",
    example='operationalinsights.Workspace("logs", ..., public_network_access_for_query="Disabled")',
)
def no_public_queries() -> None:
    """Logs contain names of people, systems and addresses. With public queries, one stolen session can read them from
    anywhere.
    """


@rule(
    "BL-LOG-006",
    "Log ingestion from public networks is disabled",
    must=Must("publicNetworkAccessForIngestion", be="Disabled", default="Enabled"),
    failure="Log ingestion from public networks is enabled",
    severity=Severity.MEDIUM,
    controls=ncsc("11", "13") + caf("B4.a", "C1.b") + iso("8.15", "8.20") + mcsb("NS-2"),
    at=(WORKSPACE, INSIGHTS),
    fix="Set publicNetworkAccessForIngestion to Disabled and use an Azure Monitor private link scope.",
    example='operationalinsights.Workspace("logs", ..., public_network_access_for_ingestion="Disabled")',
)
def no_public_ingestion() -> None:
    """Public ingestion lets an attacker inject false records or cause high charges."""


@rule(
    "BL-LOG-007",
    "Log Analytics workspaces have shared key authentication disabled",
    must=Must("features.disableLocalAuth", be=True, default=False),
    failure="Log Analytics workspace has shared key authentication enabled",
    severity=Severity.MEDIUM,
    controls=ncsc("10", "13") + caf("B2.a", "C1.b") + mcsb("IM-1") + policing("identity-and-access-management"),
    at=WORKSPACE,
    fix="Set features.disableLocalAuth to true. Agents with data collection rules need no key.",
    example='operationalinsights.Workspace("logs", ..., features={"disable_local_auth": True})',
)
def no_workspace_key() -> None:
    """The workspace key is in every agent's settings. Anyone who reads one can write any log in any name."""


@rule(
    "BL-LOG-008",
    "Application Insights requires Entra ID authentication",
    must=Must("disableLocalAuth", be=True, default=False),
    failure="Application Insights accepts instrumentation keys",
    severity=Severity.LOW,
    controls=ncsc("10", "13") + caf("B2.a", "C1.b") + mcsb("IM-1"),
    at=INSIGHTS,
    fix="Set disableLocalAuth to true and assign Monitoring Metrics Publisher to the application's identity.",
    example='applicationinsights.Component("records", ..., disable_local_auth=True)',
)
def no_insights_key() -> None:
    """The connection string is shipped with the application. Anyone who reads it can write false telemetry."""


@rule(
    "BL-LOG-009",
    "Data collection endpoints have public access disabled or secured by perimeter",
    must=Must("networkAcls.publicNetworkAccess", among=("Disabled", "SecuredByPerimeter"), default="Enabled"),
    failure="Data collection endpoint has public network access enabled",
    severity=Severity.MEDIUM,
    controls=ncsc("11", "13") + caf("B4.a", "C1.b") + iso("8.20") + mcsb("NS-2"),
    at="azure-native:monitor:DataCollectionEndpoint",
    fix="Set networkAcls.publicNetworkAccess to Disabled and add the endpoint to the private link scope.",
    example="""
monitor.DataCollectionEndpoint("agents", ..., network_acls={"public_network_access": "Disabled"})
""",
)
def private_collection() -> None:
    """The endpoint configures agents and receives their data. It does not need to be reachable from the Internet."""


def _is_set(destination: Value) -> bool:
    """Whether the id is set. An id that comes from a resource is set, although it is not known yet.

    The engine reports a value's dependencies only when it passes all resources.
    """
    return bool(destination.references) or destination.text() != ""


def _is_logged(resource: Value, estate: Estate) -> Outcome:
    if estate.once(_logged).reach(resource):
        return None
    return lacks(resource, "a diagnostic setting for this resource that sends logs")


def _logged(estate: Estate) -> Pointers:
    return pointers(reference for setting in estate.of(DIAGNOSTIC_SETTING) for reference in _targets(setting))


def _targets(setting: Value) -> Iterator[Reference]:
    """The resource whose logs `setting` sends; marked as doubtful if it is not known yet whether it sends any."""
    try:
        sends = some(setting["logs"].each(), lambda log: log["enabled"].get(False) is True)
    except UnknownValue as unknown:
        return references(setting, "resourceUri", unknown.value)
    return references(setting, "resourceUri") if sends else iter(())
