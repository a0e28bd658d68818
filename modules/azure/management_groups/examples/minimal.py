"""The management groups of one force, under the tenant's root group."""

from bluelamp.modules.azure.management_groups import ManagementGroups
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
ManagementGroups("management-groups", {"label": label, "display_name": "Essex Police"})
