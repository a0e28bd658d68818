"""Customer-managed keys: an HSM key for each use, each with its own identity.

    keys = CustomerManagedKeys("keys", {"label": label, "location": "uksouth", "workload": "platform",
                                        "resource_group_name": group.name, "vault_name": vault.name,
                                        "vault_id": vault.id, "uses": ["disks", "storage"]})

A use called `disks` also gets a disk encryption set. Other resources take `key_names`, `key_uris` and `identity_ids` by
use. A storage account takes the key name without a version, so key rotation takes effect automatically.
"""

from bluelamp.modules.azure.customer_managed_keys.customer_managed_keys import (
    CustomerManagedKeys,
    CustomerManagedKeysArgs,
)

__all__ = ["CustomerManagedKeys", "CustomerManagedKeysArgs"]
