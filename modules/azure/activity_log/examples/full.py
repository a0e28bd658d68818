"""The activity logs of two subscriptions and a management group, in the workspace and in an archive."""

from bluelamp.modules.azure.activity_log import ActivityLog
from bluelamp.modules.azure.hub import Hub
from bluelamp.modules.azure.log_analytics import LogAnalytics
from bluelamp.modules.azure.log_archive import LogArchive
from bluelamp.modules.azure.management_groups import ManagementGroups
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
hub = Hub(
    "hub",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "address_space": "10.30.0.0/22",
        "estate": ["10.30.0.0/16"],
        "workspace_id": logs.workspace_id,
        "firewall": {"enabled": False},
    },
)
groups = ManagementGroups("groups", {"label": label, "display_name": "Essex Police"})
archive = LogArchive(
    "archive",
    {
        "label": label,
        "location": "uksouth",
        "workload": "logs",
        "resource_group_name": group.name,
        "subnet_id": hub.private_endpoints_subnet_id,
        "virtual_network_ids": {"hub": hub.virtual_network_id},
        "workspace_id": logs.workspace_id,
    },
)
ActivityLog(
    "activity-log",
    {
        "subscription_ids": {
            "platform": "5b0f7b0e-6a4e-4f0f-9d1c-2f6b8a1e7c10",
            "custody": "0c7d2a8e-4a59-4d8f-8b46-6e5b1f3a9d22",
        },
        "management_group_names": {"root": groups.names["root"]},
        "workspace_id": logs.workspace_id,
        "archive_id": archive.id,
    },
)
