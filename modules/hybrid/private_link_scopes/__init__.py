"""Private link scopes: private access to Azure Monitor and Azure Arc.

    PrivateLinkScopes("private-link", {"label": label, "location": "uksouth", "workload": "platform",
                                       "resource_group_name": group.name, "workspace_id": logs.workspace_id,
                                       "subnet_id": hub.private_endpoints_subnet_id,
                                       "virtual_network_ids": {"hub": hub.virtual_network_id}})

The Azure Monitor scope contains the workspace and the data collection endpoints; the Azure Arc scope is for servers and
clusters. Each has a private endpoint and private DNS zones. A network can use one Azure Monitor scope only:
create one for the estate, not one for each network.
"""

from bluelamp.modules.hybrid.private_link_scopes.private_link_scopes import PrivateLinkScopes, PrivateLinkScopesArgs

__all__ = ["PrivateLinkScopes", "PrivateLinkScopesArgs"]
