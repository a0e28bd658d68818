"""Locked backups kept for seven years under a customer-managed key, with a private endpoint for agents."""

from bluelamp.modules.azure.backup import Backup
from bluelamp.modules.naming import Label

RESOURCES = "/subscriptions/0a1b2c3d-52b4-4a43-9a0e-1d5a6c7b8e01/resourceGroups/rg-shared/providers"
ZONES = (
    "privatelink.uks.backup.windowsazure.com",
    "privatelink.blob.core.windows.net",
    "privatelink.queue.core.windows.net",
)

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
Backup(
    "backup",
    {
        "label": label,
        "location": "uksouth",
        "workload": "custody",
        "resource_group_name": "rg-custody",
        "workspace_id": f"{RESOURCES}/Microsoft.OperationalInsights/workspaces/log-shared",
        "retention": {"daily_days": 35, "weekly_weeks": 26, "monthly_months": 24, "yearly_years": 7},
        "immutability": "Locked",
        "soft_delete_days": 90,
        "encryption": {
            "key_uri": "https://kv-custody.vault.azure.net/keys/backup",
            "identity_id": f"{RESOURCES}/Microsoft.ManagedIdentity/userAssignedIdentities/id-custody",
        },
        "subnet_id": f"{RESOURCES}/Microsoft.Network/virtualNetworks/vnet-custody/subnets/snet-private-endpoints",
        "private_zone_ids": {zone: f"{RESOURCES}/Microsoft.Network/privateDnsZones/{zone}" for zone in ZONES},
        "protect": True,
    },
)
