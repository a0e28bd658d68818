"""A budget for one resource group."""

from bluelamp.modules.azure.budget import Budget
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
Budget(
    "budget",
    {
        "label": label,
        "workload": "platform",
        "scope": group.id,
        "amount": 1200,
        "contacts": ["finance.technology@essex.police.example"],
    },
)
