"""Microsoft Sentinel: data connectors and analytics rules.

    Sentinel("sentinel", {"label": label, "resource_group_name": group.name, "workspace_name": logs.workspace_name,
                          "tenant_id": tenant, "subscription_ids": {"platform": subscription_id}})

The connectors are those with a Resource Manager type. Entra ID sends sign-in logs through its diagnostic settings. The
analytics rules (`rules.yaml`) are a baseline that needs no solution from the content hub.
"""

from bluelamp.modules.azure.sentinel.sentinel import Sentinel, SentinelArgs

__all__ = ["Sentinel", "SentinelArgs"]
