"""An existing subscription, and a new one for development and testing."""

from bluelamp.modules.azure.management_groups import ManagementGroups
from bluelamp.modules.azure.subscription import Subscription
from bluelamp.modules.naming import Label

TENANT = "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e00"

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
groups = ManagementGroups("management-groups", {"label": label, "display_name": "Essex Police"})
Subscription(
    "custody",
    {
        "label": label,
        "workload": "custody",
        "subscription_id": "0a1b2c3d-52b4-4a43-9a0e-1d5a6c7b8e01",
        "management_group_name": groups.names["corp"],
        "tenant_id": TENANT,
        "protect": True,
    },
)
Subscription(
    "custody-development",
    {
        "label": label,
        "workload": "custody-development",
        "billing_scope": "/providers/Microsoft.Billing/billingAccounts/7654321/enrollmentAccounts/123456",
        "offer": "DevTest",
        "management_group_name": groups.names["sandbox"],
        "tenant_id": TENANT,
    },
)
