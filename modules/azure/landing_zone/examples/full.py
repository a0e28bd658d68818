"""A confidential, Internet-facing landing zone in a new subscription, connected to the hub."""

from pulumi_azure_native import authorization

from bluelamp.modules.azure.hub import Hub
from bluelamp.modules.azure.landing_zone import LandingZone
from bluelamp.modules.azure.log_analytics import LogAnalytics
from bluelamp.modules.azure.management_groups import ManagementGroups
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
signed_in = authorization.get_client_config_output()  # the hub is created in its subscription
groups = ManagementGroups("management-groups", {"label": label, "display_name": "Essex Police", "confidential": True})
group = ResourceGroup("platform", {"label": label, "location": "uksouth", "workload": "platform"})
logs = LogAnalytics(
    "logs",
    {"label": label, "location": "uksouth", "workload": "platform", "resource_group_name": group.name},
)
hub = Hub(
    "hub",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "address_space": "10.30.0.0/22",
        "estate": ["10.30.0.0/16"],
        "workspace_id": logs.workspace_id,
    },
)
LandingZone(
    "landing-zone-reporting",
    {
        "label": label,
        "location": "uksouth",
        "workload": "reporting",
        "archetype": "confidential-online",
        "tenant_id": signed_in.tenant_id,
        "workspace_id": logs.workspace_id,
        "address_space": "10.30.4.0/24",
        "budget": {"contacts": ["finance@essex.police.example"], "amount": 8000, "thresholds": [75, 100]},
        "billing_scope": "/providers/Microsoft.Billing/billingAccounts/7654321/enrollmentAccounts/123456",
        "management_group_name": groups.names["confidential-online"],
        "platform_subscription_id": signed_in.subscription_id,
        "hub": {
            "virtual_network_id": hub.virtual_network_id,
            "virtual_network_name": hub.virtual_network_name,
            "resource_group_name": group.name,
            "firewall_address": hub.firewall_address,
        },
        "access": {
            "developers": {"principal_id": "2b7c9d10-52b4-4a43-9a0e-1d5a6c7b8e02", "role": "Contributor"},
            "auditors": {"principal_id": "2b7c9d10-52b4-4a43-9a0e-1d5a6c7b8e03", "role": "Reader"},
        },
        "resource_groups": ["web", "data"],
        "backup": {"retention": {"daily_days": 35, "yearly_years": 7}},
        "web_application_firewall": "front-door",
        "protect": True,
    },
)
