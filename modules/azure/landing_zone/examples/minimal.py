"""A sandbox: isolated, with a low budget and an expiry date."""

from bluelamp.modules.azure.landing_zone import LandingZone
from bluelamp.modules.azure.log_analytics import LogAnalytics
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
group = ResourceGroup("management", {"label": label, "location": "uksouth", "workload": "management"})
logs = LogAnalytics(
    "logs",
    {"label": label, "location": "uksouth", "workload": "management", "resource_group_name": group.name},
)
LandingZone(
    "landing-zone-trial",
    {
        "label": label,
        "location": "uksouth",
        "workload": "trial",
        "archetype": "sandbox",
        "tenant_id": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e00",
        "workspace_id": logs.workspace_id,
        "address_space": "10.30.9.0/24",
        "budget": {"contacts": ["finance@essex.police.example"]},
        "expires_on": "2027-03-31",
    },
)
