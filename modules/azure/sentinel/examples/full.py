"""Sentinel with all Defender connectors."""

from bluelamp.modules.azure.log_analytics import LogAnalytics
from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.azure.sentinel import Sentinel
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
Sentinel(
    "sentinel",
    {
        "label": label,
        "resource_group_name": group.name,
        "workspace_name": logs.workspace_name,
        "tenant_id": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e00",
        "subscription_ids": {"platform": "5b0f7b0e-6a4e-4f0f-9d1c-2f6b8a1e7c10"},
        "connectors": [
            "entra-id-protection",
            "defender-for-identity",
            "defender-for-cloud-apps",
            "defender-for-endpoint",
            "office-365",
            "threat-intelligence",
        ],
        "without_rules": ["sign-in-from-abroad"],
    },
)
