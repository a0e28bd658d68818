"""The same without the container logs of two namespaces."""

from bluelamp.modules.kubernetes.monitoring import ClusterMonitoring
from bluelamp.modules.naming import Label

label = Label(
    force="essex",
    code="essex",
    environment="prod",
    cost_centre="EXP-2201",
    business_owner="Head of Infrastructure",
    classification="OFFICIAL",
    roadmap_milestone="hybrid-foundation",
    spend_type="strategic",
)
ClusterMonitoring(
    "monitoring",
    {
        "label": label,
        "cluster": "live",
        "metrics_endpoint": "https://essex.uksouth-1.metrics.ingest.monitor.azure.com/api/v1/write",
        "tenant_id": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e10",
        "client_id": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e11",
        "quiet_namespaces": ["kube-system", "velero"],
        "namespace": "observability",
    },
)
