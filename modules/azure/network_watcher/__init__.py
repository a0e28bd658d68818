"""Network watchers and flow logs.

    NetworkWatcher("watcher", {"label": label, "location": "uksouth", "resource_group_name": group.name,
                               "workspace_id": logs.workspace_id, "virtual_network_ids": {"hub": hub_id}})

creates the region's watcher, a storage account that only Azure's identity can write to, and a flow log for each
network. `Spoke` takes the same settings as `flow_logs`. Flow logs are for virtual networks: Azure no longer creates
them for security groups. A subscription has one watcher per region: first turn off automatic creation (`az feature
register --namespace Microsoft.Network --name DisableNetworkWatcherAutocreation`) or delete `NetworkWatcherRG`.
"""

from bluelamp.modules.azure.network_watcher.flow_logs import FlowLogs, flow_log
from bluelamp.modules.azure.network_watcher.network_watcher import NetworkWatcher, NetworkWatcherArgs

__all__ = ["FlowLogs", "NetworkWatcher", "NetworkWatcherArgs", "flow_log"]
