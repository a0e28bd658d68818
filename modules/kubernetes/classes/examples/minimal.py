"""Classes on vSphere."""

from bluelamp.modules.kubernetes.classes import WorkloadClasses
from bluelamp.modules.naming import Label

label = Label(
    force="essex",
    code="essex",
    environment="test",
    cost_centre="EXP-2201",
    business_owner="Head of Infrastructure",
    classification="OFFICIAL",
    roadmap_milestone="hybrid-foundation",
    spend_type="strategic",
)
WorkloadClasses("classes", {"label": label, "provisioner": "csi.vsphere.vmware.com"})
