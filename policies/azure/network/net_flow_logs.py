"""Flow logs."""

from typing import Final

from bluelamp.policies.azure._arm import Pointers, made_from, pointers, references
from bluelamp.policies.azure._controls import SUPPORTED
from bluelamp.policies.azure.network._filters import SECURITY_GROUP
from bluelamp.policies.azure.network.net_core import NETWORK
from bluelamp.policies.controls import caf, dpa, iso, mcsb, ncsc, policing
from bluelamp.policies.estate import Estate
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, Must, Outcome, lacks, rule
from bluelamp.policies.tighter import AtLeast
from bluelamp.policies.value import Value

FLOW_LOG: Final = "azure-native:network:FlowLog"

_WATCHED: Final = ncsc("13") + caf("C1.a") + iso("8.15", "8.16") + mcsb("LT-4") + policing("protective-monitoring")


@rule(
    "BL-NET-050",
    "Flow logs are enabled",
    must=Must("enabled", be=True),
    failure="Flow log is disabled",
    severity=Severity.MEDIUM,
    controls=_WATCHED,
    at=FLOW_LOG,
    fix="Set enabled to true.",
    example='network.FlowLog("hub", ..., enabled=True)',
)
def flow_log_enabled() -> None:
    """A disabled flow log is still listed as if traffic were recorded."""


@rule(
    "BL-NET-051",
    "Flow logs have traffic analytics enabled",
    must=Must("flowAnalyticsConfiguration.networkWatcherFlowAnalyticsConfiguration.enabled", be=True, default=False),
    failure="Flow log has traffic analytics disabled",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=_WATCHED + caf("C1.f"),
    at=FLOW_LOG,
    fix="Enable traffic analytics in flowAnalyticsConfiguration, with the force's workspace.",
    example="""
network.FlowLog(
    "hub",
    ...,
    flow_analytics_configuration={"network_watcher_flow_analytics_configuration": {"enabled": True}},
)
""",
)
def traffic_analytics() -> None:
    """Raw flow logs hold millions of records. Traffic analytics makes them searchable and usable for alerts."""


@rule(
    "BL-NET-052",
    "Flow logs are retained for at least 90 days",
    failure="Flow logs are retained for too few days",
    severity=Severity.MEDIUM,
    controls=ncsc("13") + caf("C1.a", "C1.b") + iso("8.15") + mcsb("LT-6") + dpa("62"),
    at=FLOW_LOG,
    fix="""Set retentionPolicy.days to the expected number or more, or to 0 and manage retention with a lifecycle
    policy.""",
    example='network.FlowLog("hub", ..., retention_policy={"enabled": True, "days": 90})',
)
def flow_log_retention(log: Value, *, days: AtLeast[int] = 90) -> Outcome:
    """Intrusions are often detected months after they began. Logs that were deleted before then cannot show what was
    taken.
    """
    policy = log["retentionPolicy"]
    if policy["enabled"].get(False) is False:
        return None  # logs are never deleted
    retention = policy["days"]
    if retention.get(0) == 0 or retention.known >= days:
        return None
    return Fail(retention, f"at least {days}, or 0 for unlimited")


@rule(
    "BL-NET-053",
    "Flow logs target virtual networks",
    failure="Flow log targets a network security group instead of a virtual network",
    severity=Severity.MEDIUM,
    controls=SUPPORTED + caf("C1.a"),
    at=FLOW_LOG,
    estate=True,
    fix="Set targetResourceId to the virtual network.",
    example="""
network.FlowLog(
    "hub",
    ...,
    target_resource_id="/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet-hub",
)
""",
)
def flow_log_targets_network(log: Value, _estate: Estate) -> Outcome:
    """New flow logs of network security groups are no longer possible, and existing ones are retired on 30 September
    2027. They do not record traffic outside a network security group.
    """
    # Evaluated with the estate: the engine reports a value's dependencies only when it passes all resources.
    target = log["targetResourceId"]
    types = made_from(target)
    if types and SECURITY_GROUP not in types:
        return None
    return Fail(target, "a virtual network") if "/networksecuritygroups/" in target.text() else None


@rule(
    "BL-NET-054",
    "Virtual networks have a flow log",
    failure="Virtual network has no flow log",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=_WATCHED,
    at=NETWORK,
    estate=True,
    fix="Add a flow log with the virtual network as targetResourceId.",
    example="""
hub = network.VirtualNetwork("hub", ..., virtual_network_name="vnet-hub")
network.FlowLog("hub", ..., target_resource_id=hub.id, enabled=True)
""",
)
def network_has_flow_log(network: Value, estate: Estate) -> Outcome:
    """An investigation needs to know which systems communicated. Only a flow log records it, and it cannot be created
    in retrospect.
    """
    return None if estate.once(_watched).reach(network) else lacks(network, "a flow log of this network")


def _watched(estate: Estate) -> Pointers:
    return pointers(each for log in estate.of(FLOW_LOG) for each in references(log, "targetResourceId"))
