"""Diagnostic settings that send all logs of a resource to the workspace."""

import pulumi
from pulumi_azure_native import monitor


def send_logs(
    name: str,
    resource: pulumi.CustomResource,
    workspace_id: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
    *,
    metrics: bool = True,
    dedicated: bool = False,
) -> monitor.DiagnosticSetting:
    """Sends every log of `resource` to the workspace, and its metrics unless `metrics` is false.

    `name` is the logical name. `dedicated` selects resource-specific tables instead of `AzureDiagnostics`, for services
    that support them. The workspace sets the retention.
    """
    return monitor.DiagnosticSetting(
        name,
        name="all-logs-to-workspace",
        resource_uri=resource.id,
        workspace_id=workspace_id,
        log_analytics_destination_type="Dedicated" if dedicated else None,
        logs=[monitor.DiagnosticsLogSettingsArgs(category_group="allLogs", enabled=True)],
        metrics=[monitor.DiagnosticsMetricSettingsArgs(category="AllMetrics", enabled=True)] if metrics else None,
        opts=opts,
    )
