"""A chain and a fan of small resources, so that a run can be killed in many different states."""

from pulumi_azure_native import resources, storage

group = resources.ResourceGroup("group", location="uksouth")
for number in range(6):
    account = storage.StorageAccount(
        f"account{number}",
        resource_group_name=group.name,
        kind="StorageV2",
        sku={"name": "Standard_ZRS"},
    )
    storage.BlobContainer(f"container{number}", resource_group_name=group.name, account_name=account.name)
