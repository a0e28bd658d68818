"""The five custom roles of the real hierarchy and of the canary hierarchy."""

import pulumi

from bluelamp.modules.azure.management_groups import ManagementGroups
from bluelamp.modules.azure.roles import Roles
from bluelamp.modules.naming import Label

label = Label(
    force="essex",
    code="essex",
    environment="prod",
    cost_centre="ESX-1001",
    business_owner="Head of Digital",
    classification="OFFICIAL-SENSITIVE",
    roadmap_milestone="hybrid-foundation",
    spend_type="strategic",
)
groups = ManagementGroups("management-groups", {"label": label, "display_name": "Essex Police"})
canary = ManagementGroups("canary", {"label": label, "display_name": "Essex Police", "canary": True})
roles = Roles("roles", {"label": label, "management_group": groups.groups["root"]})
Roles("canary-roles", {"label": label, "management_group": canary.groups["root"]})
pulumi.export("roleIds", roles.role_ids)
