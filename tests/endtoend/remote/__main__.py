"""A program that uses the component package's schema and nothing else of Bluelamp."""

import pulumi

LABEL = {
    "force": "essex",
    "code": "essex",
    "environment": "test",
    "costCentre": "EXP-2201",
    "businessOwner": "Head of Infrastructure",
    "classification": "OFFICIAL",
    "roadmapMilestone": "landing-zone",
    "spendType": "strategic",
}
HERE = {"label": LABEL, "location": "uksouth"}


class Remote(pulumi.ComponentResource):
    def __init__(self, kind, name, inputs, outputs):
        super().__init__(f"bluelamp:index:{kind}", name, {**dict.fromkeys(outputs), **inputs}, remote=True)


group = Remote("ResourceGroup", "network", {**HERE, "workload": "network"}, ["name"])
logs = Remote(
    "LogAnalytics", "logs", {**HERE, "workload": "management", "resourceGroupName": group.name}, ["workspaceId"]
)
hub = Remote(
    "Hub",
    "hub",
    {
        **HERE,
        "resourceGroupName": group.name,
        "addressSpace": "10.30.0.0/22",
        "estate": ["10.30.0.0/16"],
        "workspaceId": logs.workspaceId,
        "firewall": {"tier": "Standard"},
    },
    ["virtualNetworkId", "firewallAddress"],
)
tenant = Remote(
    "Tenant",
    "records",
    {"label": LABEL, "namespace": "records", "groups": {"edit": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e01"}},
    ["namespace"],
)
pulumi.export("network", hub.virtualNetworkId)
pulumi.export("firewall", hub.firewallAddress)
pulumi.export("namespace", tenant.namespace)
