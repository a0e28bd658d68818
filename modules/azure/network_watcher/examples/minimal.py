"""A region's watcher and the storage for its flow logs."""

from bluelamp.modules.azure.log_analytics import LogAnalytics
from bluelamp.modules.azure.network_watcher import NetworkWatcher
from bluelamp.modules.azure.resource_group import ResourceGroup
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
group = ResourceGroup("platform", {"label": label, "location": "uksouth", "workload": "platform"})
logs = LogAnalytics(
    "logs",
    {"label": label, "location": "uksouth", "workload": "platform", "resource_group_name": group.name},
)
NetworkWatcher(
    "watcher",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "workspace_id": logs.workspace_id,
    },
)
