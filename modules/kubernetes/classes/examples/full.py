"""Classes on vSphere with an encrypting storage policy, protected from deletion."""

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
