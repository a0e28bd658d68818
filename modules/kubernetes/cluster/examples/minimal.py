"""A cluster with an existing class."""

from bluelamp.modules.kubernetes.cluster import Cluster
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
Cluster(
    "live",
    {
        "label": label,
        "namespace": "clusters",
        "class_name": "live-0a1b2c3d",
        "version": "v1.36.3+rke2r1",
        "endpoint": "10.160.0.10",
    },
)
