"""Key vaults behind a private endpoint.

    KeyVault("vault", {"label": label, "location": "uksouth", "workload": "platform",
                       "resource_group_name": group.name, "tenant_id": tenant, "workspace_id": logs.workspace_id,
                       "subnet_id": hub.private_endpoints_subnet_id,
                       "virtual_network_ids": {"hub": hub.virtual_network_id}})

Access is through the private endpoint only and role-based, and soft delete retention is 90 days. With `keys`, it also
creates keys, HSM-protected in a premium vault. Each key is rotated yearly and expires after two years.
"""

from bluelamp.modules.azure.key_vault.key_vault import KeyVault, KeyVaultArgs
from bluelamp.modules.azure.key_vault.keys import KeyVaultKey, vault_key

__all__ = ["KeyVault", "KeyVaultArgs", "KeyVaultKey", "vault_key"]
