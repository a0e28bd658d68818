"""Namespaces of platform components, as isolated as those of tenants."""

from collections.abc import Mapping

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.networking.v1 import NetworkPolicySpecArgs

from bluelamp.modules import naming
from bluelamp.modules.component import Component
from bluelamp.modules.kubernetes import traffic
from bluelamp.modules.kubernetes.owned import metadata, named

_API_AND_AZURE = (443, 6443)
_WEBHOOKS = (443, 8443, 9443, 10250)
_PODS = {"pods": "100", "services.nodeports": "0"}
_SHARE = {"cpu": "50m", "memory": "64Mi"}
"""Default resource requests of a container."""
_MOST = {"memory": "512Mi"}
"""Default resource limits of a container. CPU has no limit, so idle CPU is available to it."""


def platform_namespace(
    component: Component,
    name: str,
    label: naming.Label,
    namespace: str,
    *,
    create: bool = True,
    pod_security: str = "restricted",
    traffic_policies: Mapping[str, NetworkPolicySpecArgs] | None = None,
) -> pulumi.Output[str]:
    """The name of a namespace for platform components, which is created if `create` is true.

    It has network policies and a quota. Its pods may use DNS, communicate with one another, reach the API server and
    Azure (TCP 443 and 6443 to any address: the hub's firewall filters host names), and serve admission webhooks.
    `traffic_policies` allow further traffic.
    """
    if not create:
        return pulumi.Output.from_input(namespace)
    prefix = "pod-security.kubernetes.io"
    levels = {"enforce": pod_security, "audit": "restricted", "warn": "restricted"}
    security = {f"{prefix}/{mode}": level for mode, level in levels.items()}
    security |= {f"{prefix}/{mode}-version": "latest" for mode in levels}
    space = kubernetes.core.v1.Namespace(
        f"{name}-{namespace}", metadata=metadata(label, namespace, more_labels=security), opts=component.child()
    )
    inside = named(namespace, space)
    policies = {
        "deny-all": traffic.deny_all(),
        "allow-dns": traffic.allow_dns(),
        "allow-same-namespace": traffic.allow_same_namespace(),
        "allow-api-and-azure": traffic.allow_out([traffic.network(traffic.ANYWHERE)], _API_AND_AZURE),
        # The API server sends requests from the host network, which no pod selector matches.
        "allow-webhooks": traffic.allow_in([traffic.network(traffic.ANYWHERE)], _WEBHOOKS),
        **(traffic_policies or {}),
    }
    for policy, spec in policies.items():
        kubernetes.networking.v1.NetworkPolicy(
            f"{name}-{namespace}-{policy}",
            metadata=metadata(label, policy, inside),
            spec=spec,
            opts=component.child(),
        )
    kubernetes.core.v1.ResourceQuota(
        f"{name}-{namespace}-quota",
        metadata=metadata(label, "platform", inside),
        spec=kubernetes.core.v1.ResourceQuotaSpecArgs(hard=_PODS),
        opts=component.child(),
    )
    kubernetes.core.v1.LimitRange(
        f"{name}-{namespace}-limits",
        metadata=metadata(label, "platform", inside),
        spec=kubernetes.core.v1.LimitRangeSpecArgs(
            limits=[
                kubernetes.core.v1.LimitRangeItemArgs(type="Container", default=_MOST, default_request=_SHARE),
            ]
        ),
        opts=component.child(),
    )
    return inside
