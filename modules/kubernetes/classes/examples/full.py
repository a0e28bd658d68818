"""Classes on vSphere with a storage policy that encrypts, which the engine does not delete."""

from bluelamp.modules.kubernetes.classes import WorkloadClasses
from bluelamp.modules.naming import Label

label = Label(
    force="essex",
    code="essex",
    environment="prod",
    cost_centre="EXP-2201",
    business_owner="Head of Infrastructure",
    classification="OFFICIAL",
    roadmap_milestone="hybrid-foundation",
    spend_type="strategic",
)
WorkloadClasses(
    "classes",
    {
        "label": label,
        "provisioner": "csi.vsphere.vmware.com",
        "parameters": {"storagepolicyname": "k8s-encrypted", "csi.storage.k8s.io/fstype": "xfs"},
        "protect": True,
    },
)
