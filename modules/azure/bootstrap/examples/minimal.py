"""A state store and the identities of a GitHub repository's pipelines, for one subscription."""

from bluelamp.modules.azure.bootstrap import Bootstrap
from bluelamp.modules.azure.log_analytics import LogAnalytics
from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.azure.spoke import Spoke
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
group = ResourceGroup("bootstrap", {"label": label, "location": "uksouth", "workload": "bootstrap"})
logs = LogAnalytics(
    "logs",
    {"label": label, "location": "uksouth", "workload": "bootstrap", "resource_group_name": group.name},
)
network = Spoke(
    "network",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "workload": "bootstrap",
        "address_space": "10.30.252.0/26",
        "workspace_id": logs.workspace_id,
    },
)
Bootstrap(
    "bootstrap",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "tenant_id": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e00",
        "subnet_id": network.private_endpoints_subnet_id,
        "virtual_network_ids": {"bootstrap": network.virtual_network_id},
        "workspace_id": logs.workspace_id,
        "subscription_ids": ["7d2f1c9a-40b3-4d1e-9f55-2f6f2b1a9c10"],
        "plan_credentials": {
            "github": {
                "issuer": "https://token.actions.githubusercontent.com",
                "subject": "repo:police/estate:environment:bluelamp-plan",
            }
        },
        "apply_credentials": {
            "github": {
                "issuer": "https://token.actions.githubusercontent.com",
                "subject": "repo:police/estate:environment:bluelamp-apply",
            }
        },
    },
)
