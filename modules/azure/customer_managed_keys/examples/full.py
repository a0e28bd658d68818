"""A key for an archive, rotated twice a year, and the archive that it encrypts."""

from bluelamp.modules.azure.customer_managed_keys import CustomerManagedKeys
from bluelamp.modules.azure.hub import Hub
from bluelamp.modules.azure.key_vault import KeyVault
from bluelamp.modules.azure.log_analytics import LogAnalytics
from bluelamp.modules.azure.log_archive import LogArchive
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
keys = CustomerManagedKeys(
    "keys",
    {
        "label": label,
        "location": "uksouth",
        "workload": "platform",
        "resource_group_name": group.name,
        "vault_name": vault.name,
        "vault_id": vault.id,
        "uses": ["archive"],
        "key": {"size": 3072, "rotate_after": "P180D", "expires_after": "P1Y"},
    },
)
LogArchive(
    "archive",
    {
        "label": label,
        "location": "uksouth",
        "workload": "logs",
        "resource_group_name": group.name,
        "subnet_id": hub.private_endpoints_subnet_id,
        "virtual_network_ids": {"hub": hub.virtual_network_id},
        "workspace_id": logs.workspace_id,
        "key": {
            "vault_uri": vault.uri,
            "key_name": keys.key_names["archive"],
            "identity_id": keys.identity_ids["archive"],
        },
    },
)
