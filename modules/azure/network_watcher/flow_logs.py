"""Virtual network flow logs: all connections, allowed or denied."""

from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import network

from bluelamp.modules.azure.place import Place

_SHORTEST = 90  # days; the minimum for an investigation


class FlowLogs(TypedDict):
    """Destination of a network's flow logs. A `NetworkWatcher` in the network's region provides the values."""

    watcher_name: pulumi.Input[str]
    """The network watcher of the network's region."""
    watcher_resource_group_name: pulumi.Input[str]
    """The watcher's resource group."""
    storage_id: pulumi.Input[str]
    """The storage account of the flow logs, in the network's region."""
    identity_id: pulumi.Input[str]
    """The managed identity that may write to it."""
    retention_days: NotRequired[int]
    """Retention in days, at least 90; 365 by default."""


def flow_log(place: Place, part: str, virtual_network_id: pulumi.Input[str], wanted: FlowLogs) -> network.FlowLog:
    """Logs the traffic of a network, with traffic analytics in the workspace every ten minutes.

    Raises `ValueError` if the retention is too short.
    """
    days = wanted.get("retention_days", 365)
    if days < _SHORTEST:
        raise ValueError(f"{place.prefix}: retention_days is {days}, at least {_SHORTEST} is needed")
    return network.FlowLog(
        place.logical(f"{part}-flows"),
        flow_log_name=place.name("flow_log", f"{place.prefix}-{part}"),
        network_watcher_name=wanted["watcher_name"],
        resource_group_name=wanted["watcher_resource_group_name"],
        location=place.location,
        tags=place.here["tags"],
        target_resource_id=virtual_network_id,
        storage_id=wanted["storage_id"],
        identity=network.ManagedServiceIdentityArgs(
            type="UserAssigned", user_assigned_identities=[wanted["identity_id"]]
        ),
        enabled=True,
        format=network.FlowLogFormatParametersArgs(type="JSON", version=2),
        retention_policy=network.RetentionPolicyParametersArgs(days=days, enabled=True),
        flow_analytics_configuration=network.TrafficAnalyticsPropertiesArgs(
            network_watcher_flow_analytics_configuration=network.TrafficAnalyticsConfigurationPropertiesArgs(
                enabled=True, traffic_analytics_interval=10, workspace_resource_id=place.workspace_id
            )
        ),
        opts=place.owner.child(),
    )
