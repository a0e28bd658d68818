"""Engineers with eligible access to one resource group for eight hours."""

from bluelamp.modules.azure.privileged_access import PrivilegedAccess
from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.naming import Label

CONTRIBUTOR = "/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c"

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
PrivilegedAccess(
    "access",
    {
        "label": label,
        "groups": {
            "platform-engineers": {
                "description": "Run the landing zone",
                "members": ["7a9d3b52-64c1-4c35-8f0e-000000000001"],
                "azure_roles": {
                    "contributor": {
                        "role_definition_id": CONTRIBUTOR,
                        "scope": group.id,
                    }
                },
            }
        },
    },
)
