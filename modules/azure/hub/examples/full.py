"""A hub with a Premium firewall, a Bastion that records sessions, a DNS forwarding subnet and a security rule."""

from bluelamp.modules.azure.hub import Hub
from bluelamp.modules.azure.log_analytics import LogAnalytics
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
group = ResourceGroup("platform", {"label": label, "location": "uksouth", "workload": "platform"})
logs = LogAnalytics(
    "logs",
    {"label": label, "location": "uksouth", "workload": "platform", "resource_group_name": group.name},
)
Hub(
    "hub",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "address_space": "10.30.0.0/22",
        "estate": ["10.30.0.0/16", "10.94.0.0/16"],
        "workspace_id": logs.workspace_id,
        "firewall": {"tier": "Premium", "threat_intel_mode": "Deny"},
        "bastion": {"enabled": True, "sku": "Premium"},
        "rules": [
            {
                "name": "AllowMonitoringProbe",
                "priority": 200,
                "ports": ["443"],
                "access": "Allow",
                "source": "10.94.8.0/28",
                "destination": "10.30.0.0/22",
                "description": "The monitoring service on premises checks private endpoints.",
            }
        ],
        "ddos_plan_id": (
            "/subscriptions/6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e01/resourceGroups/rg-platform-essex-test-uks"
            "/providers/Microsoft.Network/ddosProtectionPlans/ddos-essex"
        ),
        "spoke_ranges": ["10.30.4.0/22"],
        "resolver_outbound": True,
    },
)
