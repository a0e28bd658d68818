"""The five custom roles, assignable at and below an existing top group."""

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
Roles("roles", {"label": label, "management_group": "mg-root-essex-prod"})
