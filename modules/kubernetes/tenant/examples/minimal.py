"""A tenant on the cluster of the current kubeconfig."""

from bluelamp.modules.kubernetes.tenant import Tenant
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
Tenant("records", {"label": label, "namespace": "records"})
