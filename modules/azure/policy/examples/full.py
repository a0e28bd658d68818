"""Zones, a DDoS plan, an exemption, an assignment that is not enforced, and an audit-only canary hierarchy."""

from bluelamp.modules.azure.management_groups import ManagementGroups
from bluelamp.modules.azure.policy import PolicyBaseline
from bluelamp.modules.naming import Label

label = Label(
    force="essex",
    code="essex",
    environment="prod",
    cost_centre="EXP-2201",
    business_owner="Head of Infrastructure",
    classification="OFFICIAL-SENSITIVE",
    roadmap_milestone="landing-zone",
    spend_type="strategic",
)
subscription = "/subscriptions/9d6b1c52-0f4e-4c38-9d0a-6b2f0f8f4a11"
management = f"{subscription}/resourceGroups/rg-management-essex-prod-uks/providers"
network = f"{subscription}/resourceGroups/rg-network-essex-prod-uks/providers/Microsoft.Network"
workspace_id = f"{management}/Microsoft.OperationalInsights/workspaces/log-management-essex-prod-uks"
zones = ("privatelink.vaultcore.azure.net", "privatelink.blob.core.windows.net", "privatelink.database.windows.net")

groups = ManagementGroups(
    "management-groups", {"label": label, "display_name": "Essex Police", "confidential": True}
).groups
PolicyBaseline(
    "policy",
    {
        "label": label,
        "location": "uksouth",
        "groups": groups,
        "workspace_id": workspace_id,
        "ddos_plan_id": f"{network}/ddosProtectionPlans/ddos-hub-essex-prod-uks",
        "private_dns_zone_ids": {zone: f"{network}/privateDnsZones/{zone}" for zone in zones},
        "enforcement": {"Deny-Priv-Esc-AKS": "DoNotEnforce"},
        "exemptions": [
            {
                "id": "EX-0007",
                "assignment": "Deny-Subnet-Without-Nsg",
                "scope": "online",
                "reason": "The contact centre's supplier delegates a subnet that takes no security group.",
                "expires_on": "2027-03-31",
                "requester": "contact.centre@essex.police.example",
                "approver": "siro@essex.police.example",
                "risk_reference": "RBC-2026-014",
                "compensating_control": "The hub's firewall filters everything to and from that subnet.",
            }
        ],
    },
)
canary = ManagementGroups("canary", {"label": label, "display_name": "Essex Police", "canary": True}).groups
PolicyBaseline(
    "canary-policy",
    {
        "label": label,
        "location": "uksouth",
        "groups": canary,
        "workspace_id": workspace_id,
        "audit_only": True,
    },
)
