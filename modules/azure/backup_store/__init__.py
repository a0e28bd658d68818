"""Immutable backup stores: one WORM container for each cluster.

    store = BackupStore("backups", {"label": label, "location": "uksouth", "workload": "backups",
                                    "resource_group_name": group.name, "workspace_id": logs.workspace_id,
                                    "subnet_id": hub.private_endpoints_subnet_id, "immutable_days": 30,
                                    "virtual_network_ids": {"hub": hub.virtual_network_id},
                                    "containers": ["live", "non-live"]})

Blobs cannot be changed or deleted for `immutable_days`: an intruder with the rights of a cluster's backup identity
can add blobs, but cannot overwrite or delete any. Unlike a log archive, it has no lifecycle policy, since a later
backup may depend on an earlier one. The backup software deletes expired backups.
"""

from bluelamp.modules.azure.backup_store.backup_store import BackupStore, BackupStoreArgs

__all__ = ["BackupStore", "BackupStoreArgs"]
