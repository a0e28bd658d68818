"""A spoke with custom subnets, a gateway and flow logs."""

from bluelamp.modules.azure.gateways import Gateways
from bluelamp.modules.azure.hub import Hub
from bluelamp.modules.azure.log_analytics import LogAnalytics
from bluelamp.modules.azure.network_watcher import NetworkWatcher
from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.azure.spoke import Spoke
from bluelamp.modules.naming import Label

label = Label(
    force="essex",
    code="essex",
    environment="test",
    cost_centre="EXP-2201",
    business_owner="Head of Infrastructure",
    classification="OFFICIAL",
    roadmap_milestone="landing-zone",
    spend_type="strategic",
)
group = ResourceGroup("platform", {"label": label, "location": "uksouth", "workload": "platform"})
logs = LogAnalytics(
    "logs",
    {"label": label, "location": "uksouth", "workload": "platform", "resource_group_name": group.name},
)
hub = Hub(
    "hub",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "address_space": "10.30.0.0/22",
        "estate": ["10.30.0.0/16"],
        "workspace_id": logs.workspace_id,
    },
)
gateways = Gateways(
    "gateways",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "subnet_id": hub.subnet_ids["gateway"],
        "workspace_id": logs.workspace_id,
        "vpn": {},
    },
)
watcher = NetworkWatcher(
    "watcher",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "workspace_id": logs.workspace_id,
    },
)
Spoke(
    "records",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "workload": "records",
        "address_space": "10.30.4.0/24",
        "workspace_id": logs.workspace_id,
        "hub": {
            "virtual_network_id": hub.virtual_network_id,
            "virtual_network_name": hub.virtual_network_name,
            "resource_group_name": group.name,
            "firewall_address": hub.firewall_address,
            "gateway_id": gateways.vpn_gateway_id,
        },
        "subnets": {
            "web": {
                "address_prefix": "10.30.4.0/26",
                "rules": [
                    {
                        "name": "https-from-the-force",
                        "priority": 200,
                        "access": "Allow",
                        "source": "10.158.0.0/16",
                        "ports": ["443"],
                    }
                ],
            },
            "functions": {"address_prefix": "10.30.4.64/26", "delegation": "Microsoft.Web/serverFarms"},
            "private-endpoints": {"address_prefix": "10.30.4.192/26"},
        },
        "flow_logs": {
            "watcher_name": watcher.watcher_name,
            "watcher_resource_group_name": group.name,
            "storage_id": watcher.storage_id,
            "identity_id": watcher.identity_id,
        },
        "protect": True,
    },
)
