"""A larger API Management service, protected from deletion."""

from bluelamp.modules.azure.log_analytics import LogAnalytics
from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.azure.spoke import Spoke
from bluelamp.modules.data.interfaces import DataInterfaces
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
        "subnets": {
            "interfaces": {"address_prefix": "10.30.4.0/27", "delegation": "Microsoft.Web/serverFarms"},
            "private-endpoints": {"address_prefix": "10.30.4.192/26"},
        },
    },
)
DataInterfaces(
    "interfaces",
    {
        "label": label,
        "location": "uksouth",
        "workload": "data",
        "resource_group_name": group.name,
        "subnet_id": spoke.subnet_ids.apply(lambda ids: ids["interfaces"]),
        "workspace_id": logs.workspace_id,
        "contact": "data@essex.police.example",
        "units": 2,
        "protect": True,
    },
)
