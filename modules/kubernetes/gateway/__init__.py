"""Gateways: the way into a cluster, by Gateway API, with certificates from cert-manager.

    ClusterGateway("gateway", {"label": label, "domain": "live.essex.police.example",
                               "controller": "io.cilium/gateway-controller",
                               "issuer": {"ca_secret_name": "force-ca"}})

One wildcard listener takes HTTPS for every tenant's routes, plain HTTP is sent on to HTTPS, and nobody but tenants may
attach routes. The gateway's controller and cert-manager come with the cluster's add-ons; the kinds are those of
Gateway API 1.7 and of cert-manager 1.
"""

from bluelamp.modules.kubernetes.gateway.gateway import ClusterGateway, ClusterGatewayArgs
from bluelamp.modules.kubernetes.gateway.issuer import GatewayAcme, GatewayIssuer

__all__ = ["ClusterGateway", "ClusterGatewayArgs", "GatewayAcme", "GatewayIssuer"]
