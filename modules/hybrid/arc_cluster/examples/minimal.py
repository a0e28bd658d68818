"""An RKE2 cluster on vSphere, connected with every extension."""

from bluelamp.modules.azure.log_analytics import LogAnalytics
from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.hybrid.arc_cluster import ArcCluster
from bluelamp.modules.naming import Label

label = Label(
    force="essex",
    code="essex",
    environment="test",
    cost_centre="EXP-2201",
    business_owner="Head of Infrastructure",
    classification="OFFICIAL",
    roadmap_milestone="landing-zone",
    spend_type="strategic",
)
group = ResourceGroup("arc", {"label": label, "location": "uksouth", "workload": "arc"})
logs = LogAnalytics(
    "logs",
    {"label": label, "location": "uksouth", "workload": "arc", "resource_group_name": group.name},
)
ArcCluster(
    "live",
    {
        "label": label,
        "location": "uksouth",
        "workload": "live",
        "resource_group_name": group.name,
        "workspace_id": logs.workspace_id,
        "agent_certificate": "MIICCgKCAgEA",  # as much of it as an example needs
        "distribution": "rke2",
        "infrastructure": "vsphere",
        "audit_log": "/var/lib/rancher/rke2/server/logs/audit.log",
    },
)
