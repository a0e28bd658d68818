"""What must exist before the first deployment: a state store, a secrets provider, and identities for pipelines.

    Bootstrap("bootstrap", {"label": label, "location": "uksouth", "resource_group_name": group.name,
                            "tenant_id": tenant, "subnet_id": network.private_endpoints_subnet_id,
                            "virtual_network_ids": {"bootstrap": network.virtual_network_id},
                            "workspace_id": logs.workspace_id, "subscription_ids": [subscription],
                            "plan_credentials": {"github": {"issuer": issuer, "subject": plan_subject}},
                            "apply_credentials": {"github": {"issuer": issuer, "subject": apply_subject}}})

The state store is a storage account without shared keys and public access, versioned, backed up and locked against
deletion. The key that encrypts the secrets of states is in a key vault of its own. The plan identity reads; the apply
identity deploys, and can assign no role by which it could assign roles itself. `bluelamp bootstrap FORCE` uses it.
"""

from bluelamp.modules.azure.bootstrap.arguments import BootstrapArgs
from bluelamp.modules.azure.bootstrap.bootstrap import Bootstrap

__all__ = ["Bootstrap", "BootstrapArgs"]
