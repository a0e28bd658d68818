"""A gateway with a certificate of a public authority, issued by an ACME challenge in Azure DNS."""

from bluelamp.modules.kubernetes.gateway import ClusterGateway
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
ClusterGateway(
    "gateway",
    {
        "label": label,
        "domain": "live.essex.police.example",
        "controller": "gateway.envoyproxy.io/gatewayclass-controller",
        "issuer": {
            "acme": {
                "email": "platform@essex.police.example",
                "zone": "essex.police.example",
                "resource_group_name": "rg-dns-essex-prod-uks",
                "subscription_id": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e12",
                "client_id": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e11",
            }
        },
        "namespace": "ingress",
    },
)
