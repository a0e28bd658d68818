"""Backups that an intruder with an administrator's rights cannot destroy.

    Backup("backup", {"label": label, "location": "uksouth", "workload": "records", "resource_group_name": group.name,
                      "workspace_id": logs.workspace_id})

makes a Recovery Services vault (machines, SQL Server, file shares) and a Backup vault (disks, blobs, Kubernetes), both
immutable, with soft delete that nobody can switch off, and a policy for each kind of thing to back up. Copies are kept
in both UK regions. Immutability begins `Unlocked`, so that a mistake can be undone; set it to `Locked`, which cannot be
undone, when the retention is agreed.
"""

from bluelamp.modules.azure.backup.arguments import BackupArgs, BackupEncryption, BackupRetention
from bluelamp.modules.azure.backup.backup import Backup

__all__ = ["Backup", "BackupArgs", "BackupEncryption", "BackupRetention"]
