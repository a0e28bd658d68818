"""Log archives: storage in which logs can be written once and changed by nobody until their time is over.

    archive = LogArchive("archive", {"label": label, "location": "uksouth", "workload": "logs",
                                     "resource_group_name": group.name, "workspace_id": logs.workspace_id,
                                     "subnet_id": hub.private_endpoints_subnet_id,
                                     "virtual_network_ids": {"hub": hub.virtual_network_id}})

Every container inherits the account's immutability, also those that Azure Monitor makes by itself. An `Unlocked` policy
can still be shortened or removed, by whoever may change the account; a `Locked` one can be made longer only, for ever:
start unlocked, lock when the retention is agreed. There is no shared key and no way in from the Internet; Azure Monitor
comes in as a trusted service.
"""

from bluelamp.modules.azure.log_archive.log_archive import LogArchive, LogArchiveArgs
from bluelamp.modules.azure.storage_encryption import EncryptionKey

__all__ = ["EncryptionKey", "LogArchive", "LogArchiveArgs"]
