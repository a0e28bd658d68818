"""Baseline alerts: who is told, and of what.

    Alerts("alerts", {"label": label, "location": "uksouth", "workload": "platform", "resource_group_name": group.name,
                      "subscription_ids": [subscription_id], "contacts": ["duty.engineer@essex.police.example"],
                      "workspace_id": logs.workspace_id,
                      "watched": {"firewall": {"kind": "firewall", "id": hub.firewall_id}}})

Four kinds of alerts, all of them data: the health of Azure itself and dangerous changes (`activity.yaml`), searches of
the workspace (`searches.yaml`), and metrics of whatever is watched (`metrics.yaml`).
"""

from bluelamp.modules.azure.alerts.alerts import Alerts, AlertsArgs
from bluelamp.modules.azure.alerts.metrics import WatchedResource

__all__ = ["Alerts", "AlertsArgs", "WatchedResource"]
