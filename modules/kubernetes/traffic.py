"""The parts that network policies are made of."""

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
    """Selects every pod for both ways and lets nothing through."""
    return NetworkPolicySpecArgs(pod_selector=everything(), policy_types=["Ingress", "Egress"])


def allow_dns() -> NetworkPolicySpecArgs:
    """Lets questions out to the cluster's DNS."""
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
    """Lets the pods of a namespace talk to one another."""
    neighbours = [NetworkPolicyPeerArgs(pod_selector=everything())]
    return NetworkPolicySpecArgs(
        pod_selector=everything(),
        policy_types=["Ingress", "Egress"],
        ingress=[NetworkPolicyIngressRuleArgs(from_=neighbours)],
        egress=[NetworkPolicyEgressRuleArgs(to=neighbours)],
    )


def allow_in(peers: list[NetworkPolicyPeerArgs], ports: Iterable[int] = ()) -> NetworkPolicySpecArgs:
    """Lets `peers` in, to these TCP `ports` only where some are given; no peers are everybody."""
    rule = NetworkPolicyIngressRuleArgs(from_=peers or None, ports=_tcp(ports))
    return NetworkPolicySpecArgs(pod_selector=everything(), policy_types=["Ingress"], ingress=[rule])


def allow_out(
    peers: list[NetworkPolicyPeerArgs], ports: Iterable[int] = (), pods: LabelSelectorArgs | None = None
) -> NetworkPolicySpecArgs:
    """Lets `pods`, by default every pod, out to `peers`, to these TCP `ports` only where some are given."""
    rule = NetworkPolicyEgressRuleArgs(to=peers, ports=_tcp(ports))
    return NetworkPolicySpecArgs(pod_selector=pods or everything(), policy_types=["Egress"], egress=[rule])


def allow_hosts(hosts: Iterable[str], ports: Iterable[int], program: str | None = None) -> dict[str, Any]:
    """The spec of a CiliumNetworkPolicy that lets pods, by default every pod, out to hosts by their names.

    Cilium learns the addresses from the answers of the cluster's DNS, which therefore pass through its proxy.
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
    """A range of addresses."""
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
    """Selects the pods of one program, by the recommended label for its name."""
    return LabelSelectorArgs(match_labels={"app.kubernetes.io/name": name})


def namespace(name: str) -> LabelSelectorArgs:
    """Selects a namespace by the label that the API server itself gives it."""
    return LabelSelectorArgs(match_labels={"kubernetes.io/metadata.name": name})


def _tcp(ports: Iterable[int]) -> list[NetworkPolicyPortArgs] | None:
    return [NetworkPolicyPortArgs(protocol="TCP", port=port) for port in ports] or None
