"""A data centre with two devices on two lines and generated keys in a vault, and a site of a virtual WAN."""

from bluelamp.modules.azure.firewall_policy import FirewallPolicy
from bluelamp.modules.azure.gateways import Gateways
from bluelamp.modules.azure.hub import Hub
from bluelamp.modules.azure.key_vault import KeyVault
from bluelamp.modules.azure.log_analytics import LogAnalytics
from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.azure.virtual_wan import VirtualHub, VirtualWan
from bluelamp.modules.hybrid.site_to_site import KeyVaultPlace, SiteToSite, VirtualWanSite
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
vault = KeyVault(
    "vault",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "workload": "platform",
        "tenant_id": "00000000-0000-0000-0000-000000000000",
        "subnet_id": hub.private_endpoints_subnet_id,
        "workspace_id": logs.workspace_id,
    },
)
vault_place = KeyVaultPlace(vault_name=vault.name, resource_group_name=group.name)
SiteToSite(
    "headquarters",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "site": "headquarters",
        "vpn_gateway_id": gateways.vpn_gateway_id,
        "asn": 65010,
        "devices": [
            {"address": "198.51.100.10", "bgp_address": "10.158.255.1"},
            {"address": "203.0.113.10", "bgp_address": "10.158.255.2"},
        ],
        "key_vault": vault_place,
        "routing_weight": 10,
    },
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
virtual_hub = VirtualHub(
    "virtual-hub",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "virtual_wan_id": wan.virtual_wan_id,
        "address_space": "10.30.64.0/23",
        "firewall_policy_id": policy.policy_id,
        "workspace_id": logs.workspace_id,
        "vpn_scale_units": 1,
    },
)
VirtualWanSite(
    "custody",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "site": "custody",
        "virtual_wan_id": wan.virtual_wan_id,
        "vpn_gateway_name": virtual_hub.vpn_gateway_name,
        "asn": 65011,
        "devices": [
            {"address": "198.51.100.20", "bgp_address": "10.158.254.1", "provider": "BT", "speed_mbps": 500},
            {"address": "203.0.113.20", "bgp_address": "10.158.254.2", "provider": "Vodafone", "speed_mbps": 200},
        ],
        "key_vault": vault_place,
    },
)
