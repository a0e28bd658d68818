"""The Log Analytics workspace of a landing zone."""

from typing import NotRequired

import pulumi
from pulumi_azure_native import operationalinsights

from bluelamp.modules import naming
from bluelamp.modules.azure.log_analytics.diagnostics import send_logs
from bluelamp.modules.component import Component, after
from bluelamp.modules.shared_arguments import ResourceGroupScopedArgs


class LogAnalyticsArgs(ResourceGroupScopedArgs):
    """Arguments of a workspace."""

    workload: str
    """The purpose of the workspace, such as `management`."""
    retention_days: NotRequired[int]
    """Interactive retention in days, at least 90; 365 by default."""
    daily_quota_gb: NotRequired[float]
    """The daily cap in GB; no cap by default, so that no audit log is lost."""
    public_ingestion: NotRequired[bool]
    """Whether ingestion over public networks is allowed; false by default. Azure services can always send logs."""
    public_query: NotRequired[bool]
    """Whether queries over public networks are allowed; false by default, which needs a private link scope."""
    archived_tables: NotRequired[dict[str, int]]
    """Tables with long-term retention and their total retention in days, such as `{"SigninLogs": 2557}`: at most 4,383,
    and longer than `retention_days`. None by default."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the workspace; false by default."""


class LogAnalytics(Component):
    """A Log Analytics workspace with query auditing and without shared key authentication."""

    workspace_id: pulumi.Output[str]
    """The workspace's ARM id, for diagnostic settings."""
    workspace_name: pulumi.Output[str]
    """The workspace's name, known before it exists."""
    customer_id: pulumi.Output[str]
    """The workspace GUID, for agents and queries."""

    def __init__(self, name: str, args: LogAnalyticsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        retention = args.get("retention_days", 365)
        if retention < _SHORTEST:
            raise ValueError(f"LogAnalytics {name!r}: retention_days is {retention}, at least {_SHORTEST} is needed")
        for table, days in args.get("archived_tables", {}).items():
            if not retention < days <= _LONGEST:
                raise ValueError(
                    f"LogAnalytics {name!r}: archived_tables.{table} is {days} days; "
                    f"it must be more than the {retention} of retention_days and at most {_LONGEST}"
                )
        quota = args.get("daily_quota_gb")
        workspace_name = naming.name("log_analytics_workspace", args["workload"], args["label"], args["location"])
        workspace = operationalinsights.Workspace(
            f"{name}-workspace",
            workspace_name=workspace_name,
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            sku=operationalinsights.WorkspaceSkuArgs(name="PerGB2018"),
            retention_in_days=retention,
            workspace_capping=operationalinsights.WorkspaceCappingArgs(daily_quota_gb=quota) if quota else None,
            public_network_access_for_ingestion=_access(args.get("public_ingestion", False)),
            public_network_access_for_query=_access(args.get("public_query", False)),
            features=operationalinsights.WorkspaceFeaturesArgs(
                disable_local_auth=True,
                enable_log_access_using_only_resource_permissions=True,
            ),
            tags=naming.tags(args["label"]),
            opts=self.child(protect=args.get("protect", False)),
        )
        send_logs(f"{name}-workspace-logs", workspace, workspace.id, self.child())
        self.workspace_id = workspace.id
        self.workspace_name = after(workspace_name, workspace)
        for table, days in args.get("archived_tables", {}).items():
            operationalinsights.Table(
                f"{name}-table-{table}",
                table_name=table,
                workspace_name=self.workspace_name,
                resource_group_name=args["resource_group_name"],
                retention_in_days=retention,
                total_retention_in_days=days,
                # The tables are built in: Azure creates and deletes them with the workspace.
                opts=self.child(retain_on_delete=True),
            )
        self.customer_id = workspace.customer_id
        self.finish()


_SHORTEST = 90  # days; the minimum for an investigation
_LONGEST = 4383  # days (twelve years); Azure's limit


def _access(public: bool) -> str:
    return "Enabled" if public else "Disabled"
