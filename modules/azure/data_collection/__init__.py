"""Data collection: the data that Azure and Arc-enabled machines send to the workspace.

    DataCollection("collection", {"label": label, "location": "uksouth", "workload": "machines",
                                  "resource_group_name": group.name, "workspace_id": logs.workspace_id,
                                  "workspace_name": logs.workspace_name, "machine_ids": {"custody-1": machine.id}})

One data collection endpoint, and one rule for each kind of data (`rules.yaml`): performance, Windows events, Windows
security events, syslog and change tracking. Each machine is associated with the endpoint and with every rule. Azure
Policy can associate other machines through `rule_ids`.
"""

from bluelamp.modules.azure.data_collection.data_collection import DataCollection, DataCollectionArgs

__all__ = ["DataCollection", "DataCollectionArgs"]
