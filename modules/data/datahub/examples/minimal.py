"""DataHub on stores of the force's own."""

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
            "gms": f"{REGISTRY}/datahub-gms@sha256:5ba340b755f686f732ed67b521301f2e29fcf25106caeb098ed53fc407aaa117",
            "frontend": f"{REGISTRY}/datahub-frontend-react@sha256:32da1896bbcc53d2e4f89ef7f1e9c60342ad2b2a7dc086c490c0b9f2ff8a9e18",
            "upgrade": f"{REGISTRY}/datahub-upgrade@sha256:3830449a97dba936c0f6ed604936234b922b4e70d2364f343d82515719085def",
        },
        "database": {"host": "datahub-db.essex.police.example", "port": 5432, "cidr": "10.158.8.0/28"},
        "search": {"host": "search.essex.police.example", "port": 9200, "cidr": "10.158.8.16/28"},
        "kafka": {"host": "kafka.essex.police.example", "port": 9093, "cidr": "10.158.8.32/28"},
    },
)
