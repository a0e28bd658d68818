"""The hierarchy with its confidential groups and two placed subscriptions, and a parallel canary hierarchy."""

from bluelamp.modules.azure.management_groups import ManagementGroups
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
platform = "9d6b1c52-0f4e-4c38-9d0a-6b2f0f8f4a11"
records = "3f0c7a1e-58d2-4d0b-8a5c-2f7f7b0d9c64"
ManagementGroups(
    "management-groups",
    {
        "label": label,
        "display_name": "Essex Police",
        "confidential": True,
        "placements": [
            {"workload": "platform", "group": "management", "subscription_id": platform},
            {"workload": "records", "group": "confidential-corp", "subscription_id": records},
        ],
    },
)
ManagementGroups("canary", {"label": label, "display_name": "Essex Police", "canary": True, "quarantine": False})
