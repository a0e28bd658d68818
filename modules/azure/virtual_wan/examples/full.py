"""Hubs in both regions, gateways in the first, and the network beside it for what a virtual hub cannot contain."""

from bluelamp.modules.azure.dns_resolver import DnsResolver
from bluelamp.modules.azure.firewall_policy import FirewallPolicy
from bluelamp.modules.azure.hub import Hub
from bluelamp.modules.azure.log_analytics import LogAnalytics
from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.azure.virtual_wan import VirtualHub, VirtualWan
from bluelamp.modules.naming import Label, hub_plan

SPACE = "10.30.0.0/22"
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
        "dns_servers": [str(hub_plan(SPACE).resolver_address)],
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
        "address_space": str(hub_plan(SPACE).virtual_hub),
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
shared = Hub(
    "shared",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "address_space": SPACE,
        "estate": ["10.30.0.0/16"],
        "workspace_id": logs.workspace_id,
        "resolver_outbound": True,
        "virtual_hub": {
            "virtual_hub_name": hub.virtual_hub_name,
            "resource_group_name": group.name,
            "firewall_address": hub.firewall_address,
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
        "outbound_subnet_id": shared.subnet_ids["resolver_outbound"],
        "workspace_id": logs.workspace_id,
    },
)
