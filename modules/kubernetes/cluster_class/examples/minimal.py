"""A class of RKE2 clusters on vSphere."""

from bluelamp.modules.kubernetes.cluster_class import ClusterClass
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
ClusterClass(
    "live",
    {
        "label": label,
        "namespace": "clusters",
        "infrastructure": "vsphere",
        "distribution": "rke2",
        "vsphere": {
            "server": "vcenter.essex.police.example",
            "identity": "essex",
            "datacenter": "headquarters",
            "template": "rke2-v1.36.3",
            "network": "kubernetes",
        },
    },
)
