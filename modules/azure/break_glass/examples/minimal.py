"""Two existing accounts, their group, and the sign-in alert."""

from bluelamp.modules.azure.alerts import Alerts
from bluelamp.modules.azure.break_glass import BreakGlass
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
alerts = Alerts(
    "alerts",
    {
        "label": label,
        "location": "uksouth",
        "workload": "platform",
        "resource_group_name": group.name,
        "subscription_ids": ["5b0f7b0e-6a4e-4f0f-9d1c-2f6b8a1e7c10"],
        "contacts": ["soc@essex.police.example"],
    },
)
BreakGlass(
    "break-glass",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "workspace_id": logs.workspace_id,
        "action_group_id": alerts.action_group_id,
        "account_ids": {
            "first": "9f4f2b0c-7f0e-4a8e-8d11-000000000001",
            "second": "9f4f2b0c-7f0e-4a8e-8d11-000000000002",
        },
        "protect": False,
    },
)
