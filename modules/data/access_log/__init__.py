"""The log of every access to data, sent to the immutable log archive beside the workspace.

    AccessLog("access-log", {"archive_id": archive.id, "services": {"lake": blob_service, "interfaces": service.id}})

Section 62 of the Data Protection Act 2018 asks for logs of consultation and disclosure that show who did it and when.
Nobody, administrators included, can change what the archive has, for as long as it keeps it.
"""

from bluelamp.modules.data.access_log.access_log import AccessLog, AccessLogArgs

__all__ = ["AccessLog", "AccessLogArgs"]
