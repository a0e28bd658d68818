"""The storage account into which partners upload."""

from pulumi_azure_native import storage

from bluelamp.modules import naming
from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.naming import Label

LABEL: Label = {
    "force": "dyfed-powys",
    "code": "dpp",
    "environment": "prod",
    "cost_centre": "LEARN-1",
    "business_owner": "Head of Data",
    "classification": "OFFICIAL-SENSITIVE",
    "roadmap_milestone": "first-steps",
    "spend_type": "strategic",
}

group = ResourceGroup("partner", {"label": LABEL, "location": "uksouth", "workload": "partner"})
account = storage.StorageAccount(
    "partner-drop",
    resource_group_name=group.name,
    account_name="stpartnerdropdpp",
    location="uksouth",
    kind="StorageV2",
    sku={"name": "Standard_ZRS"},
    tags=naming.tags(LABEL),
    minimum_tls_version="TLS1_2",
    allow_shared_key_access=False,
    allow_blob_public_access=False,
    enable_https_traffic_only=True,
    is_local_user_enabled=False,
    public_network_access="Enabled",
)
storage.BlobServiceProperties(
    "partner-drop-blobs",
    resource_group_name=group.name,
    account_name=account.name,
    blob_services_name="default",
    delete_retention_policy={"enabled": True, "days": 30},
    container_delete_retention_policy={"enabled": True, "days": 30},
)
