"""Log archives: immutable (WORM) storage for logs.

    archive = LogArchive("archive", {"label": label, "location": "uksouth", "workload": "logs",
                                     "resource_group_name": group.name, "workspace_id": logs.workspace_id,
                                     "subnet_id": hub.private_endpoints_subnet_id,
                                     "virtual_network_ids": {"hub": hub.virtual_network_id}})

Every container inherits the account's immutability policy, including those that Azure Monitor creates. An account
administrator can shorten or remove an `Unlocked` policy. A `Locked` policy can only be extended: start unlocked, and
lock the policy when the retention is agreed. The account has no shared key access and no public network access; Azure
Monitor has access as a trusted service.
"""

from bluelamp.modules.azure.log_archive.log_archive import LogArchive, LogArchiveArgs
from bluelamp.modules.azure.storage_encryption import EncryptionKey

__all__ = ["EncryptionKey", "LogArchive", "LogArchiveArgs"]
