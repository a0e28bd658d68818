"""A new subscription, placed under a management group."""

from bluelamp.modules.azure.subscription import Subscription
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
Subscription(
    "records",
    {
        "label": label,
        "workload": "records",
        "billing_scope": "/providers/Microsoft.Billing/billingAccounts/7654321/enrollmentAccounts/123456",
        "management_group_name": "mg-corp-essex-test",
    },
)
