"""Alerts on activity, log searches and the metrics of a vault, sent to two mailboxes and a ticket system."""

from bluelamp.modules.azure.alerts import Alerts
from bluelamp.modules.azure.hub import Hub
from bluelamp.modules.azure.key_vault import KeyVault
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
vault = KeyVault(
    "vault",
    {
        "label": label,
        "location": "uksouth",
        "workload": "custody",
        "resource_group_name": group.name,
        "tenant_id": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e00",
        "subnet_id": hub.private_endpoints_subnet_id,
        "virtual_network_ids": {"hub": hub.virtual_network_id},
        "workspace_id": logs.workspace_id,
    },
)
Alerts(
    "alerts",
    {
        "label": label,
        "location": "uksouth",
        "workload": "platform",
        "resource_group_name": group.name,
        "subscription_ids": ["5b0f7b0e-6a4e-4f0f-9d1c-2f6b8a1e7c10"],
        "contacts": ["duty.engineer@essex.police.example", "soc@essex.police.example"],
        "webhooks": {"tickets": "https://tickets.essex.police.example/azure"},
        "workspace_id": logs.workspace_id,
        "watched": {"custody-vault": {"kind": "key_vault", "id": vault.id}},
        "without": ["sql-firewall-changed"],
    },
)
