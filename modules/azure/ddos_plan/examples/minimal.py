"""A plan for hubs and spokes."""

from bluelamp.modules.azure.ddos_plan import DdosPlan
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
DdosPlan("ddos", {"label": label, "location": "uksouth", "resource_group_name": group.name})
