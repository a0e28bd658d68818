"""A circuit that the provider has not provisioned yet."""

from bluelamp.modules.azure.log_analytics import LogAnalytics
from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.hybrid.express_route import ExpressRoute
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
ExpressRoute(
    "circuit",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "workspace_id": logs.workspace_id,
        "workload": "headquarters",
        "provider": "BT",
        "peering_location": "London",
        "bandwidth_mbps": 1000,
    },
)
