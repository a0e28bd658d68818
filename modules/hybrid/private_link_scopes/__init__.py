"""Private Link scopes: logs and Azure Arc reached without the Internet.

    PrivateLinkScopes("private-link", {"label": label, "location": "uksouth", "workload": "platform",
                                       "resource_group_name": group.name, "workspace_id": logs.workspace_id,
                                       "subnet_id": hub.private_endpoints_subnet_id,
                                       "virtual_network_ids": {"hub": hub.virtual_network_id}})

One scope for Azure Monitor holds the workspace and the data collection endpoints, one for Azure Arc is for servers and
clusters; each has a private endpoint and its private DNS zones. A network sees Azure Monitor through one scope only:
have one for the estate, not one for each network.
"""

from bluelamp.modules.hybrid.private_link_scopes.private_link_scopes import PrivateLinkScopes, PrivateLinkScopesArgs

__all__ = ["PrivateLinkScopes", "PrivateLinkScopesArgs"]
