"""Network watchers: who talked to whom, kept.

    NetworkWatcher("watcher", {"label": label, "location": "uksouth", "resource_group_name": group.name,
                               "workspace_id": logs.workspace_id, "virtual_network_ids": {"hub": hub_id}})

makes the region's watcher, a storage account that only Azure's own identity can write to, and a flow log for each
network; `Spoke` takes the same as `flow_logs`. Flow logs are of networks: Azure makes none of security groups any more.
A subscription has one watcher a region: turn off Azure's own (`az feature register --namespace Microsoft.Network --name
DisableNetworkWatcherAutocreation`) or delete `NetworkWatcherRG` first.
"""

from bluelamp.modules.azure.network_watcher.flow_logs import FlowLogs, flow_log
from bluelamp.modules.azure.network_watcher.network_watcher import NetworkWatcher, NetworkWatcherArgs

__all__ = ["FlowLogs", "NetworkWatcher", "NetworkWatcherArgs", "flow_log"]
