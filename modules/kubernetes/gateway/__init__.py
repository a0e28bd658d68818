"""Gateways: ingress to a cluster with Gateway API and cert-manager certificates.

    ClusterGateway("gateway", {"label": label, "domain": "live.essex.police.example",
                               "controller": "io.cilium/gateway-controller",
                               "issuer": {"ca_secret_name": "force-ca"}})

One wildcard HTTPS listener serves the routes of all tenants, HTTP is redirected to HTTPS, and only tenants may attach
routes. The gateway controller and cert-manager are cluster add-ons. The API versions are
Gateway API 1.7 and cert-manager 1.
"""

from bluelamp.modules.kubernetes.gateway.gateway import ClusterGateway, ClusterGatewayArgs
from bluelamp.modules.kubernetes.gateway.issuer import GatewayAcme, GatewayIssuer

__all__ = ["ClusterGateway", "ClusterGatewayArgs", "GatewayAcme", "GatewayIssuer"]
