"""Cluster backups with Velero, in an immutable container.

    ClusterBackup("backup", {"label": label, "cluster": "live", "storage_account_name": account.name,
                             "container_name": "velero", "resource_group_name": group.name,
                             "subscription_id": subscription, "tenant_id": tenant, "client_id": identity,
                             "immutable_days": 30})

Velero signs in with workload identity. The retention of a backup is at least the container's immutability period,
so neither Velero nor an intruder with its permissions can delete a recent backup. The operator is a
cluster add-on. The kinds are those of Velero's API `v1`.
"""

from bluelamp.modules.kubernetes.backup.backup import BackupSchedule, ClusterBackup, ClusterBackupArgs

__all__ = ["BackupSchedule", "ClusterBackup", "ClusterBackupArgs"]
