"""The ingress gateway of a cluster."""

import re
from typing import NotRequired

import pulumi

from bluelamp.modules.component import Component
from bluelamp.modules.kubernetes import traffic
from bluelamp.modules.kubernetes.gateway import issuer
from bluelamp.modules.kubernetes.namespaces import platform_namespace
from bluelamp.modules.kubernetes.owned import custom, metadata, named
from bluelamp.modules.shared_arguments import LabelledArgs

_API = "gateway.networking.k8s.io/v1"
_CERTIFICATES = "cert-manager.io/v1"
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_CONTROLLER = re.compile(r"[a-z0-9.-]+/[A-Za-z0-9/._~%-]+")
_TENANTS = {
    "from": "Selector",
    "selector": {"matchExpressions": [{"key": "bluelamp/tenant", "operator": "Exists"}]},
}


class ClusterGatewayArgs(LabelledArgs):
    """Arguments of a gateway."""

    domain: str
    """The parent domain of all host names on the cluster, such as `live.essex.police.example`."""
    controller: str
    """The gateway controller, such as `io.cilium/gateway-controller`."""
    issuer: issuer.GatewayIssuer
    """The certificate issuer."""
    namespace: NotRequired[str]
    """Namespace of the gateway; `gateway-system` by default."""
    create_namespace: NotRequired[bool]
    """Whether to create the namespace; true by default."""


class ClusterGateway(Component):
    """A gateway class, a gateway for all tenants, its certificate and issuer, and the redirect to HTTPS."""

    name: pulumi.Output[str]
    """The gateway's name, for tenants' routes."""
    namespace: pulumi.Output[str]
    """The gateway's namespace."""
    issuer_name: pulumi.Output[str]
    """Name of the cluster issuer, for tenants' certificates."""

    def __init__(self, name: str, args: ClusterGatewayArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        _check(name, args)
        label, domain = args["label"], args["domain"]
        self.namespace = platform_namespace(
            self,
            name,
            label,
            args.get("namespace", "gateway-system"),
            create=args.get("create_namespace", True),
            traffic_policies={
                "allow-clients": traffic.allow_in([], (80, 443, 8080, 8443)),
                "allow-tenants": traffic.allow_out([traffic.pods_of_tenants()]),
            },
        )
        signer = custom(
            f"{name}-issuer",
            f"{_CERTIFICATES} ClusterIssuer",
            metadata(label, "force"),
            issuer.spec(args["issuer"]),
            self.child(),
        )
        self.issuer_name = named("force", signer)
        certificate = custom(
            f"{name}-certificate",
            f"{_CERTIFICATES} Certificate",
            metadata(label, "gateway", self.namespace),
            {
                "secretName": "gateway-tls",
                "dnsNames": [domain, f"*.{domain}"],
                "issuerRef": {"group": "cert-manager.io", "kind": "ClusterIssuer", "name": self.issuer_name},
                "duration": "2160h0m0s",
                "renewBefore": "720h0m0s",
                "privateKey": {"algorithm": "ECDSA", "size": 384, "rotationPolicy": "Always"},
                "usages": ["digital signature", "server auth"],
            },
            self.child(),
        )
        kind = custom(
            f"{name}-class",
            f"{_API} GatewayClass",
            metadata(label, "force"),
            {"controllerName": args["controller"], "description": "The way into the cluster for every tenant"},
            self.child(),
        )
        gateway = custom(
            f"{name}-gateway",
            f"{_API} Gateway",
            metadata(label, "gateway", self.namespace),
            {
                "gatewayClassName": named("force", kind),
                "listeners": [
                    {"name": "http", "protocol": "HTTP", "port": 80, "allowedRoutes": {"namespaces": {"from": "Same"}}},
                    {
                        "name": "https",
                        "protocol": "HTTPS",
                        "port": 443,
                        "hostname": f"*.{domain}",
                        "tls": {
                            "mode": "Terminate",
                            "certificateRefs": [
                                {"group": "", "kind": "Secret", "name": named("gateway-tls", certificate)}
                            ],
                        },
                        "allowedRoutes": {"namespaces": _TENANTS, "kinds": [{"group": _API[:-3], "kind": "HTTPRoute"}]},
                    },
                ],
            },
            self.child(),
        )
        self.name = named("gateway", gateway)
        custom(
            f"{name}-redirect",
            f"{_API} HTTPRoute",
            metadata(label, "to-https", self.namespace),
            {
                "parentRefs": [{"name": self.name, "sectionName": "http"}],
                "rules": [
                    {
                        "filters": [
                            {"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "statusCode": 301}}
                        ]
                    }
                ],
            },
            self.child(),
        )
        self.finish()


def _check(name: str, args: ClusterGatewayArgs) -> None:
    wrong = list(issuer.problems(args["issuer"], args["domain"]))
    if not _DOMAIN.fullmatch(args["domain"]):
        wrong.append(f"domain is {args['domain']!r}; use a domain name such as live.essex.police.example")
    if not _CONTROLLER.fullmatch(args["controller"]):
        wrong.append(f"controller is {args['controller']!r}; use a domain and a path, as io.cilium/gateway-controller")
    if wrong:
        raise ValueError(f"ClusterGateway {name!r}: " + "; ".join(wrong))
