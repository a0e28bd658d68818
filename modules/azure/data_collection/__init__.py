"""Data collection: what machines in Azure and, through Arc, on the force's own premises send to the workspace.

    DataCollection("collection", {"label": label, "location": "uksouth", "workload": "machines",
                                  "resource_group_name": group.name, "workspace_id": logs.workspace_id,
                                  "workspace_name": logs.workspace_name, "machine_ids": {"custody-1": machine.id}})

One endpoint and one rule for each kind of data (`rules.yaml`): performance, Windows events, Windows security events,
syslog, and what changed. Each machine is tied to the endpoint and to every rule; Azure Policy can tie those that no
program names, with `rule_ids`.
"""

from bluelamp.modules.azure.data_collection.data_collection import DataCollection, DataCollectionArgs

__all__ = ["DataCollection", "DataCollectionArgs"]
