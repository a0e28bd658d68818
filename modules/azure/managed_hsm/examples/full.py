"""A managed HSM that uses another's private DNS zone."""

from bluelamp.modules.azure.hub import Hub
from bluelamp.modules.azure.log_analytics import LogAnalytics
from bluelamp.modules.azure.managed_hsm import ManagedHsm
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
hub = Hub(
    "hub",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "address_space": "10.30.0.0/22",
        "estate": ["10.30.0.0/16"],
        "workspace_id": logs.workspace_id,
        "firewall": {"enabled": False},
    },
)
first = ManagedHsm(
    "hsm",
    {
        "label": label,
        "location": "uksouth",
        "workload": "platform",
        "resource_group_name": group.name,
        "tenant_id": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e00",
        "administrator_ids": [
            "2f6b2f0c-1c3e-4d5a-9b7f-000000000001",
            "2f6b2f0c-1c3e-4d5a-9b7f-000000000002",
            "2f6b2f0c-1c3e-4d5a-9b7f-000000000003",
        ],
        "subnet_id": hub.private_endpoints_subnet_id,
        "virtual_network_ids": {"hub": hub.virtual_network_id},
        "workspace_id": logs.workspace_id,
    },
)
ManagedHsm(
    "custody-hsm",
    {
        "label": label,
        "location": "uksouth",
        "workload": "custody",
        "resource_group_name": group.name,
        "tenant_id": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e00",
        "administrator_ids": [
            "2f6b2f0c-1c3e-4d5a-9b7f-000000000001",
            "2f6b2f0c-1c3e-4d5a-9b7f-000000000002",
            "2f6b2f0c-1c3e-4d5a-9b7f-000000000003",
        ],
        "subnet_id": hub.private_endpoints_subnet_id,
        "private_zone_id": first.private_zone_id,
        "workspace_id": logs.workspace_id,
        "protect": False,
    },
)
