"""Activity logs: control plane operations in Azure, sent to the workspace and to the archive.

    ActivityLog("activity-log", {"subscription_ids": {"platform": subscription_id}, "workspace_id": logs.workspace_id,
                                 "archive_id": archive.id, "management_group_names": {"root": root_name}})

Azure itself keeps an activity log for 90 days.
"""

from bluelamp.modules.azure.activity_log.activity_log import ActivityLog, ActivityLogArgs

__all__ = ["ActivityLog", "ActivityLogArgs"]
