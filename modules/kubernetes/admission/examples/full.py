"""Admission policies that only warn, with an exempt namespace and an exemption from one policy."""

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
