"""The activity log of one subscription, in the workspace."""

from bluelamp.modules.azure.activity_log import ActivityLog
from bluelamp.modules.azure.log_analytics import LogAnalytics
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
ActivityLog(
    "activity-log",
    {"subscription_ids": {"platform": "5b0f7b0e-6a4e-4f0f-9d1c-2f6b8a1e7c10"}, "workspace_id": logs.workspace_id},
)
