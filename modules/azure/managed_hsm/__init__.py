"""Managed HSMs: security modules of the force's own, for keys that no vault may share.

    ManagedHsm("hsm", {"label": label, "location": "uksouth", "workload": "platform",
                       "resource_group_name": group.name, "tenant_id": tenant,
                       "administrator_ids": [first, second, third], "workspace_id": logs.workspace_id,
                       "subnet_id": hub.private_endpoints_subnet_id,
                       "virtual_network_ids": {"hub": hub.virtual_network_id}})

It costs by the hour whether it is used or not, and a premium key vault holds keys in hardware too: take it where the
force alone must hold the security domain. Before its first use the administrators activate it and take the security
domain away (`az keyvault security-domain download`), which no program may do for them.
"""

from bluelamp.modules.azure.managed_hsm.managed_hsm import ManagedHsm, ManagedHsmArgs

__all__ = ["ManagedHsm", "ManagedHsmArgs"]
