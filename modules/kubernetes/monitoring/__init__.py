"""Monitoring: a cluster's logs and metrics in Azure Monitor.

    ClusterMonitoring("monitoring", {"label": label, "cluster": "live", "metrics_endpoint": rule.endpoint,
                                     "tenant_id": tenant, "client_id": identity})

Logs are collected by the Azure Monitor agent of Arc's extension, which reads its settings from `kube-system`; metrics
are sent by the cluster's own Prometheus, which proves itself by workload identity. Both come with the add-ons; here
stand their settings. Environment variables are never collected: they hold secrets more often than they should.
"""

from bluelamp.modules.kubernetes.monitoring.monitoring import ClusterMonitoring, ClusterMonitoringArgs

__all__ = ["ClusterMonitoring", "ClusterMonitoringArgs"]
