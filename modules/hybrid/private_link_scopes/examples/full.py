"""A scope with a data collection endpoint and existing DNS zones."""

from bluelamp.modules.hybrid.private_link_scopes import PrivateLinkScopes
from bluelamp.modules.hybrid.private_link_scopes.private_link_scopes import zones
from bluelamp.modules.naming import Label

RESOURCES = "/subscriptions/0a1b2c3d-52b4-4a43-9a0e-1d5a6c7b8e01/resourceGroups/rg-shared/providers"

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
PrivateLinkScopes(
    "private-link",
    {
        "label": label,
        "location": "uksouth",
        "workload": "platform",
        "resource_group_name": "rg-network",
        "workspace_id": f"{RESOURCES}/Microsoft.OperationalInsights/workspaces/log-shared",
        "subnet_id": f"{RESOURCES}/Microsoft.Network/virtualNetworks/vnet-hub/subnets/snet-private-endpoints",
        "data_collection_endpoint_ids": {
            "machines": f"{RESOURCES}/Microsoft.Insights/dataCollectionEndpoints/dce-machines"
        },
        "private_zone_ids": {
            zone: f"{RESOURCES}/Microsoft.Network/privateDnsZones/{zone}" for part in zones().values() for zone in part
        },
        "query_access": "PrivateOnly",
    },
)
