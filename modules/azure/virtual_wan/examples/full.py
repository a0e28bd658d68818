"""Hubs in both regions, gateways in the first, and a spoke for what cannot stand in a hub."""

from modules.azure.dns_resolver import DnsResolver
from modules.azure.firewall_policy import FirewallPolicy
from modules.azure.log_analytics import LogAnalytics
from modules.azure.resource_group import ResourceGroup
from modules.azure.spoke import Spoke
from modules.azure.virtual_wan import VirtualHub, VirtualWan
from modules.naming import Label

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
policy = FirewallPolicy(
    "firewall-base",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "workload": "base",
        "estate": ["10.30.0.0/16"],
        "workspace_id": logs.workspace_id,
    },
)
wan = VirtualWan("wan", {"label": label, "location": "uksouth", "resource_group_name": group.name})
hub = VirtualHub(
    "hub",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "virtual_wan_id": wan.virtual_wan_id,
        "address_space": "10.30.0.0/23",
        "firewall_policy_id": policy.policy_id,
        "workspace_id": logs.workspace_id,
        "public_addresses": 2,
        "vpn_scale_units": 2,
        "express_route_scale_units": 1,
        "protect": True,
    },
)
VirtualHub(
    "hub-west",
    {
        "label": label,
        "location": "ukwest",
        "resource_group_name": group.name,
        "virtual_wan_id": wan.virtual_wan_id,
        "address_space": "10.94.0.0/23",
        "firewall_policy_id": policy.policy_id,
        "workspace_id": logs.workspace_id,
    },
)
shared = Spoke(
    "shared",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "workload": "shared",
        "address_space": "10.30.2.0/23",
        "workspace_id": logs.workspace_id,
        "virtual_hub": {"virtual_hub_name": hub.virtual_hub_name, "resource_group_name": group.name},
        "subnets": {
            "resolver": {"address_prefix": "10.30.2.0/28", "delegation": "Microsoft.Network/dnsResolvers"},
            "resolver-outbound": {"address_prefix": "10.30.2.16/28", "delegation": "Microsoft.Network/dnsResolvers"},
            "private-endpoints": {"address_prefix": "10.30.3.0/24"},
        },
    },
)
DnsResolver(
    "resolver",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "virtual_network_id": shared.virtual_network_id,
        "inbound_subnet_id": shared.subnet_ids["resolver"],
        "outbound_subnet_id": shared.subnet_ids["resolver-outbound"],
        "workspace_id": logs.workspace_id,
    },
)
