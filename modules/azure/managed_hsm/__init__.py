"""Managed HSMs: single-tenant hardware security modules.

    ManagedHsm("hsm", {"label": label, "location": "uksouth", "workload": "platform",
                       "resource_group_name": group.name, "tenant_id": tenant,
                       "administrator_ids": [first, second, third], "workspace_id": logs.workspace_id,
                       "subnet_id": hub.private_endpoints_subnet_id,
                       "virtual_network_ids": {"hub": hub.virtual_network_id}})

A managed HSM is billed by the hour, used or not, and a premium key vault also has HSM-protected keys. Use one if the
force alone must control the security domain. Before first use, the administrators activate it and download the security
domain (`az keyvault security-domain download`). No program may do this for them.
"""

from bluelamp.modules.azure.managed_hsm.managed_hsm import ManagedHsm, ManagedHsmArgs

__all__ = ["ManagedHsm", "ManagedHsmArgs"]
