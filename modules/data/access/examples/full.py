"""Analysts and a partner with access to two views of one asset, and open data for the public."""

from bluelamp.modules.data.access import DataAccess
from bluelamp.modules.naming import Label

ACCOUNT = "/subscriptions/6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e02/resourceGroups/data/providers/Microsoft.Storage"
LAKE = f"{ACCOUNT}/storageAccounts/stlake/blobServices/default/containers"
label = Label(
    force="essex",
    code="essex",
    environment="test",
    cost_centre="EXP-2201",
    business_owner="Head of Data",
    classification="OFFICIAL",
    roadmap_milestone="single-view",
    spend_type="strategic",
)
DataAccess(
    "data-access",
    {
        "label": label,
        "day": "2026-04-01",
        "tenant_id": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e01",
        "excluded_group_ids": ["6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e03"],
        "lake": {"name": "stlake", "file_system_ids": {"published": f"{LAKE}/published"}},
        "gateway": {
            "name": "apim-data",
            "resource_group_name": "rg-data",
            "principal_id": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e04",
        },
        "policy": {
            "networks": {"force": ["192.0.2.0/28"], "trust": ["198.51.100.0/28"]},
            "purposes": {"analysis": "Analysis", "safeguarding": "Safeguarding"},
            "personas": {
                "analyst": {"title": "Analyst", "kind": "staff", "group": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e51"},
                "trust": {"title": "Trust", "kind": "partner", "application": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e52"},
                "public": {"title": "The public", "kind": "public"},
            },
            "assets": {
                "view": {
                    "lake": {"container": "published", "path": "view"},
                    "api": "view",
                    "open": {"table": "entity", "by": ["kind"], "minimum": 5},
                    "masks": {"identifiers": ["source_rows"]},
                }
            },
            "agreements": {"ISA-1": "2027-03-31"},
            "rules": [
                {
                    "id": "analysis",
                    "effect": "allow",
                    "personas": ["analyst"],
                    "assets": ["view"],
                    "purposes": ["analysis"],
                    "networks": ["force"],
                    "devices": ["managed"],
                },
                {
                    "id": "trust",
                    "effect": "allow",
                    "personas": ["trust"],
                    "assets": ["view"],
                    "purposes": ["safeguarding"],
                    "networks": ["trust"],
                    "devices": ["any"],
                    "mask": "identifiers",
                    "agreement": "ISA-1",
                },
                {
                    "id": "open-data",
                    "effect": "allow",
                    "personas": ["public"],
                    "assets": ["view"],
                    "purposes": ["any"],
                    "networks": ["any"],
                    "devices": ["any"],
                    "agreement": "ISA-1",
                },
            ],
        },
    },
)
