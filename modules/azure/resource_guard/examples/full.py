"""A protected guard, and backup vaults that it guards."""

from bluelamp.modules.azure.backup import Backup
from bluelamp.modules.azure.log_analytics import LogAnalytics
from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.azure.resource_guard import ResourceGuard
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
security = ResourceGroup("security", {"label": label, "location": "uksouth", "workload": "security"})
group = ResourceGroup("backup", {"label": label, "location": "uksouth", "workload": "backup"})
logs = LogAnalytics(
    "logs",
    {"label": label, "location": "uksouth", "workload": "records", "resource_group_name": group.name},
)
guard = ResourceGuard(
    "guard", {"label": label, "location": "uksouth", "resource_group_name": security.name, "protect": True}
)
Backup(
    "backup",
    {
        "label": label,
        "location": "uksouth",
        "workload": "records",
        "resource_group_name": group.name,
        "workspace_id": logs.workspace_id,
        "resource_guard_id": guard.resource_guard_id,
    },
)
