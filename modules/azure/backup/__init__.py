"""Immutable backups, protected from an intruder with administrator rights.

    Backup("backup", {"label": label, "location": "uksouth", "workload": "records", "resource_group_name": group.name,
                      "workspace_id": logs.workspace_id})

creates a Recovery Services vault (virtual machines, SQL Server, file shares) and a Backup vault (disks, blobs,
Kubernetes), both immutable with always-on soft delete, and a policy for each type of data source. Backups are
geo-redundant. Immutability starts `Unlocked`, so that a mistake can be undone. Set it to `Locked`, which is
irreversible, when the retention is agreed.
"""

from bluelamp.modules.azure.backup.arguments import BackupArgs, BackupEncryption, BackupRetention
from bluelamp.modules.azure.backup.backup import Backup

__all__ = ["Backup", "BackupArgs", "BackupEncryption", "BackupRetention"]
