"""Admission that warns at first, with an exemption and a namespace that has rules of its own."""

from bluelamp.modules.kubernetes.admission import ClusterAdmission
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
ClusterAdmission(
    "admission",
    {
        "label": label,
        "registries": ["registry.essex.police.example", "mcr.microsoft.com/azuremonitor"],
        "enforcement": "Warn",
        "exempt_namespaces": ["vmware-system-csi"],
        "exemptions": {"services": ["gateway-system"], "host": ["monitoring"]},
    },
)
