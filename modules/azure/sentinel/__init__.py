"""Microsoft Sentinel on a workspace: its connectors, and rules that make incidents.

    Sentinel("sentinel", {"label": label, "resource_group_name": group.name, "workspace_name": logs.workspace_name,
                          "tenant_id": tenant, "subscription_ids": {"platform": subscription_id}})

The connectors are those that Resource Manager has; Entra ID's sign-in logs come by its own diagnostic settings. The
rules (`rules.yaml`) are a beginning that needs no solution from the content hub.
"""

from bluelamp.modules.azure.sentinel.sentinel import Sentinel, SentinelArgs

__all__ = ["Sentinel", "SentinelArgs"]
