"""Metrics workspaces: where the Prometheus of clusters sends what it has measured.

    metrics = MetricsWorkspace("metrics", {"label": label, "location": "uksouth", "workload": "clusters",
                                           "resource_group_name": group.name})

It is reached through a private link scope that holds `endpoint_id`; who may write is whoever has the role Monitoring
Metrics Publisher on `rule_id`. Azure keeps metrics for 18 months, and lets nobody
change that.
"""

from bluelamp.modules.azure.metrics_workspace.metrics_workspace import MetricsWorkspace, MetricsWorkspaceArgs

__all__ = ["MetricsWorkspace", "MetricsWorkspaceArgs"]
