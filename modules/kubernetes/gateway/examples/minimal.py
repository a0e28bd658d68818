"""A gateway with a certificate of the force's certificate authority."""

from bluelamp.modules.kubernetes.gateway import ClusterGateway
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
ClusterGateway(
    "gateway",
    {
        "label": label,
        "domain": "live.essex.police.example",
        "controller": "io.cilium/gateway-controller",
        "issuer": {"ca_secret_name": "force-ca"},
    },
)
