"""Azure Monitor workspaces for the Prometheus metrics of clusters.

    metrics = MetricsWorkspace("metrics", {"label": label, "location": "uksouth", "workload": "clusters",
                                           "resource_group_name": group.name})

Access is through a private link scope that contains `endpoint_id`. Writing needs the role Monitoring Metrics Publisher
on `rule_id`. Azure keeps metrics for 18 months; the retention cannot
be changed.
"""

from bluelamp.modules.azure.metrics_workspace.metrics_workspace import MetricsWorkspace, MetricsWorkspaceArgs

__all__ = ["MetricsWorkspace", "MetricsWorkspaceArgs"]
