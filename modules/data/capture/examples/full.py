"""Event hubs with a customer-managed key, and backward-compatible schemas."""

from bluelamp.modules.azure.customer_managed_keys import CustomerManagedKeys
from bluelamp.modules.azure.key_vault import KeyVault
from bluelamp.modules.azure.log_analytics import LogAnalytics
from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.azure.spoke import Spoke
from bluelamp.modules.data.capture import DataCapture
from bluelamp.modules.naming import Label

label = Label(
    force="essex",
    code="essex",
    environment="test",
    cost_centre="EXP-2201",
    business_owner="Head of Data",
    classification="OFFICIAL",
    roadmap_milestone="single-view",
    spend_type="strategic",
)
group = ResourceGroup("data", {"label": label, "location": "uksouth", "workload": "data"})
logs = LogAnalytics(
    "logs",
    {"label": label, "location": "uksouth", "workload": "data", "resource_group_name": group.name},
)
spoke = Spoke(
    "network",
    {
        "label": label,
        "location": "uksouth",
        "workload": "data",
        "resource_group_name": group.name,
        "address_space": "10.30.4.0/24",
        "workspace_id": logs.workspace_id,
    },
)
vault = KeyVault(
    "vault",
    {
        "label": label,
        "location": "uksouth",
        "workload": "data",
        "resource_group_name": group.name,
        "subnet_id": spoke.private_endpoints_subnet_id,
        "virtual_network_ids": {"data": spoke.virtual_network_id},
        "workspace_id": logs.workspace_id,
        "tenant_id": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e01",
    },
)
keys = CustomerManagedKeys(
    "keys",
    {
        "label": label,
        "location": "uksouth",
        "workload": "data",
        "resource_group_name": group.name,
        "vault_name": vault.name,
        "vault_id": vault.id,
        "uses": ["events"],
    },
)
DataCapture(
    "capture",
    {
        "label": label,
        "location": "uksouth",
        "workload": "capture",
        "resource_group_name": group.name,
        "subnet_id": spoke.private_endpoints_subnet_id,
        "virtual_network_ids": {"data": spoke.virtual_network_id},
        "workspace_id": logs.workspace_id,
        "hubs": {"records": {"partitions": 8}, "quarantine": {"partitions": 1, "retention_hours": 72}},
        "schema_group": "custody-forms",
        "schema_compatibility": "Backward",
        "key": {
            "vault_uri": vault.uri,
            "key_name": keys.key_names["events"],
            "identity_id": keys.identity_ids["events"],
        },
    },
)
