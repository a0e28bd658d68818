"""Logs: that there are any, and that they are kept."""

from collections.abc import Iterator
from typing import Final

from policies.azure._arm import Pointers, Reference, pointers, references
from policies.controls import caf, ncsc
from policies.estate import Estate
from policies.model import Severity
from policies.rule import Must, Outcome, lacks, require, rule
from policies.value import UnknownValue, Value, some

WORKSPACE: Final = "azure-native:operationalinsights:Workspace"
DIAGNOSTIC_SETTING: Final = "azure-native:monitor:DiagnosticSetting"
GUARDS: Final = (
    "azure-native:containerregistry:Registry",
    "azure-native:containerservice:ManagedCluster",
    "azure-native:keyvault:Vault",
    "azure-native:network:ApplicationGateway",
    "azure-native:network:AzureFirewall",
    "azure-native:network:BastionHost",
    "azure-native:network:VirtualNetworkGateway",
)

RETENTION: Final = require(
    "BL-LOG-001",
    "Logs are kept for 90 days at least",
    Must("retentionInDays", minimum=90, default=30),
    severity=Severity.MEDIUM,
    controls=ncsc("5", "13") + caf("C1.a"),
    at=WORKSPACE,
    rationale="""Intrusions are often found months after they began. Logs that ended before that cannot say what was
    taken.""",
    fix="Set retentionInDays to 90 or more on the workspace.",
    example='operationalinsights.Workspace("logs", ..., retention_in_days=90)',
)


@rule(
    "BL-LOG-002",
    "What guards the network and the keys sends its logs away",
    severity=Severity.HIGH,
    controls=ncsc("13") + caf("C1.a", "C1.c"),
    at=GUARDS,
    fix="Add a diagnostic setting whose resourceUri is this resource and whose workspaceId is the force's workspace.",
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
    """Azure keeps no resource logs unless a diagnostic setting sends them somewhere. Without one nobody can say who
    read a key or what passed the firewall.
    """
    if estate.once(_logged).reach(resource):
        return None
    return lacks(resource, "a diagnostic setting for this resource that sends logs")


def _logged(estate: Estate) -> Pointers:
    return pointers(reference for setting in estate.of(DIAGNOSTIC_SETTING) for reference in _targets(setting))


def _targets(setting: Value) -> Iterator[Reference]:
    """What `setting` sends the logs of, in doubt where it is not known yet that it sends any."""
    try:
        sends = some(setting["logs"].each(), lambda log: log["enabled"].get(False) is True)
    except UnknownValue as unknown:
        return references(setting, "resourceUri", unknown.value)
    return references(setting, "resourceUri") if sends else iter(())
