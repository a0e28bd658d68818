"""Two sites with their own regions, resource pools and folders; the second for workers only."""

from bluelamp.modules.kubernetes.vsphere_sites import VsphereSites
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
VsphereSites(
    "essex",
    {
        "label": label,
        "server": "vcenter.essex.police.example",
        "identity_secret": "essex-vcenter",
        "sites": {
            "headquarters": {
                "datacenter": "/headquarters",
                "compute_cluster": "/headquarters/host/general",
                "datastore": "vsan",
                "networks": ["kubernetes", "storage"],
                "region": "essex-north",
                "resource_pool": "/headquarters/host/general/Resources/kubernetes",
                "folder": "/headquarters/vm/kubernetes",
            },
            "recovery": {
                "datacenter": "/recovery",
                "compute_cluster": "/recovery/host/general",
                "datastore": "vsan",
                "networks": ["kubernetes"],
                "region": "essex-south",
                "resource_pool": "/recovery/host/general/Resources/kubernetes",
                "control_plane": False,
                "folder": "/recovery/vm/kubernetes",
            },
        },
    },
)
