"""Logs: a Log Analytics workspace and diagnostic settings.

logs = LogAnalytics("logs", {"label": label, "location": "uksouth", "workload": "management",
                             "resource_group_name": group.name})
send_logs("vault-logs", vault, logs.workspace_id, pulumi.ResourceOptions(parent=vault))
"""

from bluelamp.modules.azure.log_analytics.diagnostics import send_logs
from bluelamp.modules.azure.log_analytics.log_analytics import LogAnalytics, LogAnalyticsArgs

__all__ = ["LogAnalytics", "LogAnalyticsArgs", "send_logs"]
