"""A resolver for queries from on-premises servers."""

from bluelamp.modules.azure.dns_resolver import DnsResolver
from bluelamp.modules.azure.hub import Hub
from bluelamp.modules.azure.log_analytics import LogAnalytics
from bluelamp.modules.azure.resource_group import ResourceGroup
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
DnsResolver(
    "resolver",
    {
        "label": label,
        "location": "uksouth",
        "resource_group_name": group.name,
        "virtual_network_id": hub.virtual_network_id,
        "inbound_subnet_id": hub.subnet_ids["resolver"],
        "workspace_id": logs.workspace_id,
    },
)
