"""Prerequisites of the first deployment: a state store, a secrets provider and pipeline identities.

    Bootstrap("bootstrap", {"label": label, "location": "uksouth", "resource_group_name": group.name,
                            "tenant_id": tenant, "subnet_id": network.private_endpoints_subnet_id,
                            "virtual_network_ids": {"bootstrap": network.virtual_network_id},
                            "workspace_id": logs.workspace_id, "subscription_ids": [subscription],
                            "plan_credentials": {"github": {"issuer": issuer, "subject": plan_subject}},
                            "apply_credentials": {"github": {"issuer": issuer, "subject": apply_subject}}})

The state store is a storage account without shared key access or public network access, with versioning, backup and a
delete lock. A separate key vault holds the key that encrypts the secrets in states. The plan identity has read access.
The apply identity deploys, but cannot assign privileged roles. `bluelamp bootstrap FORCE` uses this module.
"""

from bluelamp.modules.azure.bootstrap.arguments import BootstrapArgs
from bluelamp.modules.azure.bootstrap.bootstrap import Bootstrap

__all__ = ["Bootstrap", "BootstrapArgs"]
