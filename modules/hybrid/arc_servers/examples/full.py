"""Servers with a private link scope, and a new VMware machine."""

from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.hybrid.arc_servers import ArcServers
from bluelamp.modules.naming import Label

RESOURCES = "/subscriptions/0a1b2c3d-52b4-4a43-9a0e-1d5a6c7b8e01/resourceGroups/rg-shared/providers"

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
group = ResourceGroup("servers", {"label": label, "location": "uksouth", "workload": "servers"})
ArcServers(
    "arc-servers",
    {
        "label": label,
        "location": "uksouth",
        "workload": "servers",
        "resource_group_name": group.name,
        "resource_group_id": group.id,
        "data_collection_rule_ids": {
            "windows": f"{RESOURCES}/Microsoft.Insights/dataCollectionRules/dcr-windows-security",
            "linux": f"{RESOURCES}/Microsoft.Insights/dataCollectionRules/dcr-syslog",
        },
        "onboarding_principal_id": "2b7c9d10-52b4-4a43-9a0e-1d5a6c7b8e02",
        "private_link_scope_id": f"{RESOURCES}/Microsoft.HybridCompute/privateLinkScopes/arcpls-shared",
        "machines": {
            "custody-db-01": {"os_type": "windows", "kind": "VMware"},
            "custody-web-01": {"os_type": "linux", "kind": "VMware"},
        },
    },
)
