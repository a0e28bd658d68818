"""A base policy, a hub that inherits it, and the force's rules in the hub's policy."""

from bluelamp.modules.azure.firewall_policy import FirewallPolicy, FirewallRules
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
estate = ["10.30.0.0/16", "10.158.0.0/16"]
base = FirewallPolicy(
    "firewall-base",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "workload": "base",
        "estate": estate,
        "workspace_id": logs.workspace_id,
        "intrusion_detection": {"mode": "Deny", "signature_overrides": {"2024898": "Alert"}},
        "protect": True,
    },
)
hub = Hub(
    "hub",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "address_space": "10.30.0.0/22",
        "estate": estate,
        "workspace_id": logs.workspace_id,
        "firewall": {"base_policy_id": base.policy_id},
    },
)
FirewallRules(
    "firewall-rules",
    {
        "resource_group_name": group.name,
        "policy_name": hub.firewall_policy_name,
        "estate": estate,
        "rule_groups": [
            {
                "name": "records",
                "priority": 400,
                "collections": [
                    {
                        "name": "records-to-national",
                        "priority": 400,
                        "action": "Allow",
                        "rules": [
                            {
                                "name": "https",
                                "sources": ["10.30.4.0/24"],
                                "destinations": ["10.1.0.0/16"],
                                "ports": ["443"],
                            }
                        ],
                    },
                    {
                        "name": "records-to-web",
                        "priority": 410,
                        "action": "Allow",
                        "rules": [
                            {
                                "name": "maps",
                                "sources": ["10.30.4.0/24"],
                                "fqdns": ["api.os.uk"],
                                "web": ["Https:443"],
                            }
                        ],
                    },
                ],
            }
        ],
    },
)
