"""A budget with its own thresholds and start date."""

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
        "contacts": ["finance.technology@essex.police.example", "platform@essex.police.example"],
        "thresholds": [40, 60, 80, 100, 120],
        "start_date": "2026-04-01T00:00:00Z",
    },
)
