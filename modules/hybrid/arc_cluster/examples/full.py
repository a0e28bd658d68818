"""A cluster with GitOps, private connectivity and administrators from an Entra ID group."""

from bluelamp.modules.hybrid.arc_cluster import ArcCluster
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
ArcCluster(
    "live",
    {
        "label": label,
        "location": "uksouth",
        "workload": "live",
        "resource_group_name": "rg-arc",
        "workspace_id": f"{RESOURCES}/Microsoft.OperationalInsights/workspaces/log-shared",
        "agent_certificate": "MIICCgKCAgEA",  # as much of it as an example needs
        "tenant_id": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e00",
        "admin_group_ids": ["2b7c9d10-52b4-4a43-9a0e-1d5a6c7b8e02"],
        "private_link_scope_id": f"{RESOURCES}/Microsoft.HybridCompute/privateLinkScopes/arcpls-shared",
        "extensions": {"defender": {"enabled": False}, "policy": {"version": "1.15.2"}},
        "flux": {
            "url": "ssh://git@git.essex.police.example/platform/clusters",
            "tag": "2026.11",
            "known_hosts": "Z2l0LmVzc2V4LnBvbGljZS5leGFtcGxlIHNzaC1lZDI1NTE5IEFBQUE=",
            "secret_name": "clusters-deploy-key",
            "kustomizations": {
                "platform": {"path": "./platform"},
                "tenants": {"path": "./tenants/live", "depends_on": ["platform"]},
            },
        },
        "protect": True,
    },
)
