"""Data access logs, sent to the immutable log archive as well as the workspace.

    AccessLog("access-log", {"archive_id": archive.id, "services": {"lake": blob_service, "interfaces": service.id}})

Section 62 of the Data Protection Act 2018 requires logs of consultation and disclosure that show the person and time.
Nobody, administrators included, can change the archived logs during their retention.
"""

from bluelamp.modules.data.access_log.access_log import AccessLog, AccessLogArgs

__all__ = ["AccessLog", "AccessLogArgs"]
