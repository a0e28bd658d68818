"""Stewards with access to one system, from the force's network and managed devices."""

from bluelamp.modules.data.access import DataAccess
from bluelamp.modules.naming import Label

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
        "policy": {
            "networks": {"force": ["192.0.2.0/28"]},
            "purposes": {"stewardship": "Keeping data correct"},
            "personas": {
                "steward": {"title": "Steward", "kind": "staff", "group": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e51"}
            },
            "assets": {
                "records": {
                    "application": {
                        "client": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e61",
                        "servicePrincipal": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e71",
                    }
                }
            },
            "rules": [
                {
                    "id": "stewardship",
                    "effect": "allow",
                    "personas": ["steward"],
                    "assets": ["records"],
                    "purposes": ["stewardship"],
                    "networks": ["force"],
                    "devices": ["managed"],
                }
            ],
        },
    },
)
