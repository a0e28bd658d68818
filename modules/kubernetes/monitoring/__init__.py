"""Monitoring: a cluster's logs and metrics in Azure Monitor.

    ClusterMonitoring("monitoring", {"label": label, "cluster": "live", "metrics_endpoint": rule.endpoint,
                                     "tenant_id": tenant, "client_id": identity})

The Azure Monitor agent of the Arc extension collects logs and reads its settings from `kube-system`. The cluster's
Prometheus sends metrics with workload identity. Both are cluster add-ons; this module configures them. Environment
variables are never collected, because they often contain secrets.
"""

from bluelamp.modules.kubernetes.monitoring.monitoring import ClusterMonitoring, ClusterMonitoringArgs

__all__ = ["ClusterMonitoring", "ClusterMonitoringArgs"]
