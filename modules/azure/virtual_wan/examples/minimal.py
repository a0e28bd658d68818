"""A virtual WAN with one hub."""

from bluelamp.modules.azure.firewall_policy import FirewallPolicy
from bluelamp.modules.azure.log_analytics import LogAnalytics
from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.azure.virtual_wan import VirtualHub, VirtualWan
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
policy = FirewallPolicy(
    "firewall-base",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "workload": "base",
        "estate": ["10.30.0.0/16"],
        "workspace_id": logs.workspace_id,
    },
)
wan = VirtualWan("wan", {"label": label, "location": "uksouth", "resource_group_name": group.name})
VirtualHub(
    "hub",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "virtual_wan_id": wan.virtual_wan_id,
        "address_space": "10.30.0.0/23",
        "firewall_policy_id": policy.policy_id,
        "workspace_id": logs.workspace_id,
    },
)
