"""Key vaults behind a private endpoint.

    KeyVault("vault", {"label": label, "location": "uksouth", "workload": "platform",
                       "resource_group_name": group.name, "tenant_id": tenant, "workspace_id": logs.workspace_id,
                       "subnet_id": hub.private_endpoints_subnet_id,
                       "virtual_network_ids": {"hub": hub.virtual_network_id}})

Nothing but the private endpoint answers, access is by role, and a deleted vault can be recovered for 90 days. With
`keys` it makes keys too, in hardware where the vault is premium: each is rotated every year and ends after two.
"""

from bluelamp.modules.azure.key_vault.key_vault import KeyVault, KeyVaultArgs
from bluelamp.modules.azure.key_vault.keys import KeyVaultKey, vault_key

__all__ = ["KeyVault", "KeyVaultArgs", "KeyVaultKey", "vault_key"]
