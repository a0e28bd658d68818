"""Two peered hubs, of which the first has the gateway for both."""

from bluelamp.modules import naming
from bluelamp.modules.azure.hub import Hub
from bluelamp.modules.azure.hub_peering import HubPeering, PeeredHub
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
SPACES = {"uksouth": "10.30.0.0/16", "ukwest": "10.94.0.0/16"}
HUBS = {"uksouth": "10.30.0.0/22", "ukwest": "10.94.0.0/22"}
group = ResourceGroup("platform", {"label": label, "location": "uksouth", "workload": "platform"})
logs = LogAnalytics(
    "logs",
    {"label": label, "location": "uksouth", "workload": "platform", "resource_group_name": group.name},
)


def hub(name: str, location: str, other: str) -> PeeredHub:
    """A hub in one region, with a route to the other region."""
    made = Hub(
        name,
        {
            "label": label,
            "location": location,
            "resource_group_name": group.name,
            "address_space": HUBS[location],
            "estate": list(SPACES.values()),
            "workspace_id": logs.workspace_id,
            "beyond": {SPACES[other]: str(naming.hub_plan(HUBS[other]).firewall_address)},
        },
    )
    return PeeredHub(
        location=location,
        virtual_network_id=made.virtual_network_id,
        virtual_network_name=made.virtual_network_name,
        resource_group_name=group.name,
    )


HubPeering(
    "hub-peering",
    {
        "label": label,
        "first": {
            **hub("hub", "uksouth", "ukwest"),
            "gateway_id": (
                "/subscriptions/6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e01/resourceGroups/rg-platform-essex-test-uks"
                "/providers/Microsoft.Network/virtualNetworkGateways/vgw-hub-essex-test-uks"
            ),
        },
        "second": hub("second-hub", "ukwest", "uksouth"),
    },
)
