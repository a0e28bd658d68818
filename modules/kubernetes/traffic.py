"""Building blocks of network policies."""

from collections.abc import Iterable
from typing import Any

from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, LabelSelectorRequirementArgs
from pulumi_kubernetes.networking.v1 import (
    IPBlockArgs,
    NetworkPolicyEgressRuleArgs,
    NetworkPolicyIngressRuleArgs,
    NetworkPolicyPeerArgs,
    NetworkPolicyPortArgs,
    NetworkPolicySpecArgs,
)

ANYWHERE = "0.0.0.0/0"


def deny_all() -> NetworkPolicySpecArgs:
    """Denies all ingress and egress of every pod."""
    return NetworkPolicySpecArgs(pod_selector=everything(), policy_types=["Ingress", "Egress"])


def allow_dns() -> NetworkPolicySpecArgs:
    """Allows DNS queries to the cluster's DNS."""
    dns = NetworkPolicyPeerArgs(
        namespace_selector=namespace("kube-system"),
        pod_selector=LabelSelectorArgs(match_labels={"k8s-app": "kube-dns"}),
    )
    return NetworkPolicySpecArgs(
        pod_selector=everything(),
        policy_types=["Egress"],
        egress=[
            NetworkPolicyEgressRuleArgs(
                to=[dns], ports=[NetworkPolicyPortArgs(protocol=protocol, port=53) for protocol in ("UDP", "TCP")]
            )
        ],
    )


def allow_same_namespace() -> NetworkPolicySpecArgs:
    """Allows traffic between the pods of a namespace."""
    neighbours = [NetworkPolicyPeerArgs(pod_selector=everything())]
    return NetworkPolicySpecArgs(
        pod_selector=everything(),
        policy_types=["Ingress", "Egress"],
        ingress=[NetworkPolicyIngressRuleArgs(from_=neighbours)],
        egress=[NetworkPolicyEgressRuleArgs(to=neighbours)],
    )


def allow_in(peers: list[NetworkPolicyPeerArgs], ports: Iterable[int] = ()) -> NetworkPolicySpecArgs:
    """Allows ingress from `peers`, to the given TCP `ports` or to all; without peers, from everywhere."""
    rule = NetworkPolicyIngressRuleArgs(from_=peers or None, ports=_tcp(ports))
    return NetworkPolicySpecArgs(pod_selector=everything(), policy_types=["Ingress"], ingress=[rule])


def allow_out(
    peers: list[NetworkPolicyPeerArgs], ports: Iterable[int] = (), pods: LabelSelectorArgs | None = None
) -> NetworkPolicySpecArgs:
    """Allows egress of `pods`, by default all pods, to `peers`, to the given TCP `ports` or to all."""
    rule = NetworkPolicyEgressRuleArgs(to=peers, ports=_tcp(ports))
    return NetworkPolicySpecArgs(pod_selector=pods or everything(), policy_types=["Egress"], egress=[rule])


def allow_hosts(hosts: Iterable[str], ports: Iterable[int], program: str | None = None) -> dict[str, Any]:
    """The spec of a CiliumNetworkPolicy that allows egress of pods, by default all pods, to host names.

    Cilium learns the addresses from DNS responses, which pass through its DNS proxy.
    """
    pods = {"matchLabels": {"app.kubernetes.io/name": program}} if program else {}
    dns = {"matchLabels": {"k8s:io.kubernetes.pod.namespace": "kube-system", "k8s:k8s-app": "kube-dns"}}
    asked = {"ports": [{"port": "53", "protocol": "ANY"}], "rules": {"dns": [{"matchPattern": "*"}]}}
    return {
        "endpointSelector": pods,
        "egress": [
            {"toEndpoints": [dns], "toPorts": [asked]},
            {
                "toFQDNs": [{"matchName": host} for host in hosts],
                "toPorts": [{"ports": [{"port": str(port), "protocol": "TCP"} for port in ports]}],
            },
        ],
    }


def network(cidr: str) -> NetworkPolicyPeerArgs:
    """An address range."""
    return NetworkPolicyPeerArgs(ip_block=IPBlockArgs(cidr=cidr))


def pods_of(name: str) -> NetworkPolicyPeerArgs:
    """Every pod of a namespace."""
    return NetworkPolicyPeerArgs(namespace_selector=namespace(name))


def pods_of_tenants() -> NetworkPolicyPeerArgs:
    """Every pod of every tenant."""
    tenant = LabelSelectorRequirementArgs(key="bluelamp/tenant", operator="Exists")
    return NetworkPolicyPeerArgs(namespace_selector=LabelSelectorArgs(match_expressions=[tenant]))


def everything() -> LabelSelectorArgs:
    """Selects every pod."""
    return LabelSelectorArgs()


def program(name: str) -> LabelSelectorArgs:
    """Selects the pods of one program, by the recommended label `app.kubernetes.io/name`."""
    return LabelSelectorArgs(match_labels={"app.kubernetes.io/name": name})


def namespace(name: str) -> LabelSelectorArgs:
    """Selects a namespace by the label `kubernetes.io/metadata.name`, which the API server sets."""
    return LabelSelectorArgs(match_labels={"kubernetes.io/metadata.name": name})


def _tcp(ports: Iterable[int]) -> list[NetworkPolicyPortArgs] | None:
    return [NetworkPolicyPortArgs(protocol="TCP", port=port) for port in ports] or None
