"""A live cluster over two sites and a non-live one, each with its own class."""

from bluelamp.modules.kubernetes.cluster import Cluster
from bluelamp.modules.kubernetes.cluster_class import ClusterClass, VsphereMachines
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
where = VsphereMachines(
    server="vcenter.essex.police.example",
    identity="essex",
    datacenter="headquarters",
    template="rke2-v1.36.3",
    network="kubernetes",
)
classes = {
    name: ClusterClass(
        name,
        {
            "label": label,
            "namespace": "clusters",
            "infrastructure": "vsphere",
            "distribution": "rke2",
            "vsphere": where,
        },
    )
    for name in ("live", "non-live")
}
Cluster(
    "live-cluster",
    {
        "label": label,
        "namespace": "clusters",
        "class_name": classes["live"].class_name,
        "version": "v1.36.3+rke2r1",
        "endpoint": "10.160.0.10",
        "workers": {
            "headquarters": {"replicas": 3, "failure_domain": "headquarters"},
            "recovery": {"replicas": 3, "failure_domain": "recovery"},
        },
        "service_account_issuer": "https://essexissuer.blob.core.windows.net/live",
        "addons": "platform",
        "protect": True,
    },
)
Cluster(
    "non-live-cluster",
    {
        "label": label,
        "namespace": "clusters",
        "class_name": classes["non-live"].class_name,
        "version": "v1.36.3+rke2r1",
        "endpoint": "10.160.0.11",
        "tier": "non-live",
        "control_plane_replicas": 1,
        "workers": {"general": {"replicas": 2}},
        "addons": "platform",
    },
)
