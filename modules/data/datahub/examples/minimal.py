"""DataHub with existing data stores."""

from bluelamp.modules.data.datahub import DataHub
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
REGISTRY = "registry.essex.police.example/datahub"
DataHub(
    "datahub",
    {
        "label": label,
        "host": "catalogue.live.essex.police.example",
        "images": {
            "gms": f"{REGISTRY}/datahub-gms@sha256:{'5ba3' * 16}",
            "frontend": f"{REGISTRY}/datahub-frontend-react@sha256:{'32da' * 16}",
            "upgrade": f"{REGISTRY}/datahub-upgrade@sha256:{'3830' * 16}",
        },
        "database": {"host": "datahub-db.essex.police.example", "port": 5432, "cidr": "10.158.8.0/28"},
        "search": {"host": "search.essex.police.example", "port": 9200, "cidr": "10.158.8.16/28"},
        "kafka": {"host": "kafka.essex.police.example", "port": 9093, "cidr": "10.158.8.32/28"},
    },
)
