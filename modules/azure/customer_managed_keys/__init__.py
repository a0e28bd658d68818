"""Customer-managed keys: one key a use, in hardware, each opened by an identity that can open no other.

    keys = CustomerManagedKeys("keys", {"label": label, "location": "uksouth", "workload": "platform",
                                        "resource_group_name": group.name, "vault_name": vault.name,
                                        "vault_id": vault.id, "uses": ["disks", "storage"]})

A use that is called `disks` also gets a disk encryption set. Whatever encrypts itself takes `key_names`, `key_uris` and
`identity_ids` by use: a storage account by name without a version, so that it follows every rotation by itself.
"""

from bluelamp.modules.azure.customer_managed_keys.customer_managed_keys import (
    CustomerManagedKeys,
    CustomerManagedKeysArgs,
)

__all__ = ["CustomerManagedKeys", "CustomerManagedKeysArgs"]
