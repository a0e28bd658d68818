"""A workspace with a daily cap, which keeps sign-in and activity logs for seven years."""

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
LogAnalytics(
    "logs",
    {
        "label": label,
        "location": "uksouth",
        "workload": "platform",
        "resource_group_name": group.name,
        "retention_days": 180,
        "daily_quota_gb": 20,
        "archived_tables": {"SigninLogs": 2557, "AzureActivity": 2557},
        "protect": True,
    },
)
