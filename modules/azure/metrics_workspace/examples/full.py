"""A metrics workspace with access through a private link scope only."""

from bluelamp.modules.azure.metrics_workspace import MetricsWorkspace
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
MetricsWorkspace(
    "metrics",
    {
        "label": label,
        "location": "uksouth",
        "workload": "clusters",
        "resource_group_name": group.name,
        "public_access": False,
    },
)
