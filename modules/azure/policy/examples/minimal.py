"""The baseline of one force, with its management groups."""

from bluelamp.modules.azure.management_groups import ManagementGroups
from bluelamp.modules.azure.policy import PolicyBaseline
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
workspace_id = (
    "/subscriptions/9d6b1c52-0f4e-4c38-9d0a-6b2f0f8f4a11/resourceGroups/rg-management-essex-test-uks"
    "/providers/Microsoft.OperationalInsights/workspaces/log-management-essex-test-uks"
)
groups = ManagementGroups("management-groups", {"label": label, "display_name": "Essex Police"}).groups
PolicyBaseline("policy", {"label": label, "location": "uksouth", "groups": groups, "workspace_id": workspace_id})
