"""Network Watcher and flow logs, in each region that has a hub."""

from typing import TYPE_CHECKING

from bluelamp.infra.program.azure.context import Context
from bluelamp.infra.program.azure.dns import Names
from bluelamp.infra.program.azure.topology import Topology
from bluelamp.modules.azure.private_link import BLOB_ZONE

if TYPE_CHECKING:
    from bluelamp.modules.azure.log_analytics import LogAnalytics
    from bluelamp.modules.azure.network_watcher import NetworkWatcher
    from bluelamp.modules.azure.storage_encryption import EncryptionKey


def network_watchers(
    context: Context, topology: Topology, names: Names, logs: "LogAnalytics", key: "EncryptionKey | None"
) -> "dict[str, NetworkWatcher]":
    """Creates Network Watcher and the hubs' flow logs; by region. `key` encrypts the flow logs' storage accounts."""
    if not context.has("networkWatcher"):
        return {}
    from bluelamp.modules.azure.network_watcher import NetworkWatcher, NetworkWatcherArgs

    watchers: dict[str, NetworkWatcher] = {}
    for region, hub in topology.networks.items():
        args = NetworkWatcherArgs(
            label=context.label,
            location=region,
            resource_group_name=context.group("network-watcher", region).name,
            workspace_id=logs.workspace_id,
            virtual_network_ids={"hub": hub.virtual_network_id},
        )
        if names.zone_ids:
            args["subnet_id"] = hub.private_endpoints_subnet_id
            args["private_zone_id"] = names.zone_ids[BLOB_ZONE]
        if key is not None:
            args["key"] = key
        name = context.regional("network-watcher", region)
        watchers[region] = NetworkWatcher(name, args, context.at("network-watcher"))
    return watchers
