"""Every admission policy, with one allowed registry."""

from bluelamp.modules.kubernetes.admission import ClusterAdmission
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
ClusterAdmission("admission", {"label": label, "registries": ["registry.essex.police.example"]})
