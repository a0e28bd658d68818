"""A provisioned circuit, with a VPN as its backup."""

import pulumi

from bluelamp.modules.azure.gateways import Gateways
from bluelamp.modules.azure.hub import Hub
from bluelamp.modules.azure.log_analytics import LogAnalytics
from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.hybrid.express_route import ExpressRoute
from bluelamp.modules.hybrid.site_to_site import SiteToSite
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
        "express_route": {"size": 1},
    },
)
ExpressRoute(
    "circuit",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "workspace_id": logs.workspace_id,
        "workload": "headquarters",
        "provider": "BT",
        "peering_location": "London",
        "bandwidth_mbps": 1000,
        "family": "UnlimitedData",
        "provisioned": True,
        "peering": {"asn": 65010, "vlan": 100, "primary": "10.158.254.0/30", "secondary": "10.158.254.4/30"},
        "gateway_id": gateways.express_route_gateway_id,
        "protect": True,
    },
)
SiteToSite(
    "backup",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "site": "headquarters",
        "vpn_gateway_id": gateways.vpn_gateway_id,
        "asn": 65010,
        "devices": [{"address": "198.51.100.10", "bgp_address": "10.158.255.1"}],
        "shared_key": pulumi.Config("vpn").get_secret("headquartersKey") or pulumi.Output.secret("rehearsed" * 4),
    },
)
