"""A lake with a retention for each asset, a factory that ingests data, and both query engines."""

import pulumi

from bluelamp.modules.azure.customer_managed_keys import CustomerManagedKeys
from bluelamp.modules.azure.key_vault import KeyVault
from bluelamp.modules.azure.log_analytics import LogAnalytics
from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.azure.spoke import Spoke
from bluelamp.modules.data.lake import DatabricksWorkspace, DataFactory, DataLake, SynapseWorkspace
from bluelamp.modules.naming import Label, name

TENANT = "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e01"
SUBSCRIPTION = "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e02"
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
        "subnets": {
            "databricks-host": {"address_prefix": "10.30.4.0/26", "delegation": "Microsoft.Databricks/workspaces"},
            "databricks-container": {
                "address_prefix": "10.30.4.64/26",
                "delegation": "Microsoft.Databricks/workspaces",
            },
            "private-endpoints": {"address_prefix": "10.30.4.192/26"},
        },
    },
)
networks: dict[str, pulumi.Input[str]] = {"data": spoke.virtual_network_id}
vault = KeyVault(
    "vault",
    {
        "label": label,
        "location": "uksouth",
        "workload": "data",
        "resource_group_name": group.name,
        "tenant_id": TENANT,
        "subnet_id": spoke.private_endpoints_subnet_id,
        "virtual_network_ids": networks,
        "workspace_id": logs.workspace_id,
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
        "uses": ["lake"],
    },
)
lake = DataLake(
    "lake",
    {
        "label": label,
        "location": "uksouth",
        "workload": "lake",
        "resource_group_name": group.name,
        "subnet_id": spoke.private_endpoints_subnet_id,
        "virtual_network_ids": networks,
        "workspace_id": logs.workspace_id,
        "file_systems": ["workspace"],
        "landing_immutable_days": 365,
        "retention": {"landing": 730, "published/single-view": 2190, "published/street-crime": 3650},
        "key": {
            "vault_uri": vault.uri,
            "key_name": keys.key_names["lake"],
            "identity_id": keys.identity_ids["lake"],
        },
    },
)
DataFactory(
    "factory",
    {
        "label": label,
        "location": "uksouth",
        "workload": "lake",
        "resource_group_name": group.name,
        "subnet_id": spoke.private_endpoints_subnet_id,
        "virtual_network_ids": networks,
        "workspace_id": logs.workspace_id,
        "endpoints": {"lake": {"id": lake.id, "group": "dfs"}},
        "key_vault_uri": vault.uri,
        "sources": {
            "custody": {
                "server": "custody-db-01.essex.police.example",
                "database": "Custody",
                "user": "lake_reader",
                "secret": "custody-lake-reader",
            }
        },
    },
)
SynapseWorkspace(
    "synapse",
    {
        "label": label,
        "location": "uksouth",
        "workload": "lake",
        "resource_group_name": group.name,
        "tenant_id": TENANT,
        "lake_id": lake.id,
        "lake_endpoint": lake.endpoint,
        "file_system": "workspace",
        "subnet_id": spoke.private_endpoints_subnet_id,
        "virtual_network_ids": networks,
        "workspace_id": logs.workspace_id,
    },
)
DatabricksWorkspace(
    "databricks",
    {
        "label": label,
        "location": "uksouth",
        "workload": "lake",
        "resource_group_name": group.name,
        "subscription_id": SUBSCRIPTION,
        "virtual_network_id": spoke.virtual_network_id,
        "host_subnet_name": name("subnet", "data-databricks-host", label, "uksouth"),
        "container_subnet_name": name("subnet", "data-databricks-container", label, "uksouth"),
        "subnet_id": spoke.private_endpoints_subnet_id,
        "virtual_network_ids": networks,
        "workspace_id": logs.workspace_id,
    },
)
