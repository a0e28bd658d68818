"""Stores for backups that nobody can empty: one immutable container for each cluster.

    store = BackupStore("backups", {"label": label, "location": "uksouth", "workload": "backups",
                                    "resource_group_name": group.name, "workspace_id": logs.workspace_id,
                                    "subnet_id": hub.private_endpoints_subnet_id, "immutable_days": 30,
                                    "virtual_network_ids": {"hub": hub.virtual_network_id},
                                    "containers": ["live", "non-live"]})

What is written cannot be changed or deleted for `immutable_days`: an intruder with the rights of a cluster's backups
can add to them, and spoil none. Unlike a log archive nothing is deleted by age, since a later backup may build on an
earlier one; whoever makes the backups deletes them when their time is over.
"""

from bluelamp.modules.azure.backup_store.backup_store import BackupStore, BackupStoreArgs

__all__ = ["BackupStore", "BackupStoreArgs"]
