"""A lake whose access logs are archived."""

import pulumi

from bluelamp.modules.azure.log_analytics import LogAnalytics
from bluelamp.modules.azure.log_archive import LogArchive
from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.azure.spoke import Spoke
from bluelamp.modules.data.access_log import AccessLog
from bluelamp.modules.data.lake import DataLake
from bluelamp.modules.naming import Label

label = Label(
    force="essex",
    code="essex",
    environment="test",
    cost_centre="EXP-2201",
    business_owner="Head of Data",
    classification="OFFICIAL",
    roadmap_milestone="single-view",
    spend_type="strategic",
)
group = ResourceGroup("data", {"label": label, "location": "uksouth", "workload": "data"})
logs = LogAnalytics(
    "logs",
    {"label": label, "location": "uksouth", "workload": "data", "resource_group_name": group.name},
)
spoke = Spoke(
    "network",
    {
        "label": label,
        "location": "uksouth",
        "workload": "data",
        "resource_group_name": group.name,
        "address_space": "10.30.4.0/24",
        "workspace_id": logs.workspace_id,
    },
)
archive = LogArchive(
    "archive",
    {
        "label": label,
        "location": "uksouth",
        "workload": "logs",
        "resource_group_name": group.name,
        "subnet_id": spoke.private_endpoints_subnet_id,
        "virtual_network_ids": {"data": spoke.virtual_network_id},
        "workspace_id": logs.workspace_id,
    },
)
lake = DataLake(
    "lake",
    {
        "label": label,
        "location": "uksouth",
        "workload": "lake",
        "resource_group_name": group.name,
        "subnet_id": spoke.private_endpoints_subnet_id,
        "virtual_network_ids": {"data": spoke.virtual_network_id},
        "workspace_id": logs.workspace_id,
    },
)
AccessLog(
    "access-log",
    {"archive_id": archive.id, "services": {"lake": pulumi.Output.concat(lake.id, "/blobServices/default")}},
)
