"""Backups of a cluster, by Velero, to a container that nobody can empty.

    ClusterBackup("backup", {"label": label, "cluster": "live", "storage_account_name": account.name,
                             "container_name": "velero", "resource_group_name": group.name,
                             "subscription_id": subscription, "tenant_id": tenant, "client_id": identity,
                             "immutable_days": 30})

Velero proves itself by workload identity. A backup is kept at least as long as the container keeps its blobs from being
deleted, so that neither Velero nor an intruder with its rights can remove a recent one. The operator comes with the
cluster's add-ons; the kinds are those of Velero's API `v1`.
"""

from bluelamp.modules.kubernetes.backup.backup import BackupSchedule, ClusterBackup, ClusterBackupArgs

__all__ = ["BackupSchedule", "ClusterBackup", "ClusterBackupArgs"]
