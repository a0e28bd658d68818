"""Baseline alerts and their action group.

    Alerts("alerts", {"label": label, "location": "uksouth", "workload": "platform", "resource_group_name": group.name,
                      "subscription_ids": [subscription_id], "contacts": ["duty.engineer@essex.police.example"],
                      "workspace_id": logs.workspace_id,
                      "watched": {"firewall": {"kind": "firewall", "id": hub.firewall_id}}})

The alerts are data: service health and dangerous changes (`activity.yaml`), log searches of the workspace
(`searches.yaml`), and metrics of resources (`metrics.yaml`).
"""

from bluelamp.modules.azure.alerts.alerts import Alerts, AlertsArgs
from bluelamp.modules.azure.alerts.metrics import WatchedResource

__all__ = ["Alerts", "AlertsArgs", "WatchedResource"]
