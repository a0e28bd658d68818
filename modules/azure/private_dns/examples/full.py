"""The zones of two regions, linked to both hubs, with one existing zone."""

from bluelamp.modules.azure.hub import Hub
from bluelamp.modules.azure.log_analytics import LogAnalytics
from bluelamp.modules.azure.private_dns import PrivateDns
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
    },
)
west = Hub(
    "hub-west",
    {
        "label": label,
        "location": "ukwest",
        "resource_group_name": group.name,
        "address_space": "10.94.0.0/22",
        "estate": ["10.94.0.0/16"],
        "workspace_id": logs.workspace_id,
    },
)
PrivateDns(
    "private-dns",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "regions": ["uksouth", "ukwest"],
        "virtual_network_ids": {"hub": hub.virtual_network_id, "hub-west": west.virtual_network_id},
        "existing": {
            "privatelink.vaultcore.azure.net": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/"
            "rg-security/providers/Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net"
        },
        "more": ["privatelink.a1b2c3d4e5f6.database.windows.net"],
        "protect": True,
    },
)
