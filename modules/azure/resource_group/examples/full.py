"""Resource groups for two workloads in both regions."""

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
for location in ("uksouth", "ukwest"):
    for workload in ("network", "data"):
        ResourceGroup(f"{workload}-{location}", {"label": label, "location": location, "workload": workload})
