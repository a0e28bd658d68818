"""A resource group for connected servers."""

from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.hybrid.arc_servers import ArcServers
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
group = ResourceGroup("servers", {"label": label, "location": "uksouth", "workload": "servers"})
ArcServers(
    "arc-servers",
    {
        "label": label,
        "location": "uksouth",
        "workload": "servers",
        "resource_group_name": group.name,
        "resource_group_id": group.id,
    },
)
