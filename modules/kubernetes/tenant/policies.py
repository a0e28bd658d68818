"""The four network policies of a tenant: nothing passes but what the last three let through."""

from pulumi_kubernetes.meta.v1 import LabelSelectorArgs
from pulumi_kubernetes.networking.v1 import (
    NetworkPolicyEgressRuleArgs,
    NetworkPolicyIngressRuleArgs,
    NetworkPolicyPeerArgs,
    NetworkPolicyPortArgs,
    NetworkPolicySpecArgs,
)


def network_policies(gateway_namespace: str) -> dict[str, NetworkPolicySpecArgs]:
    """The policies by name; `gateway_namespace` is where the ingress gateway runs."""
    return {
        "deny-all": NetworkPolicySpecArgs(pod_selector=_everything(), policy_types=["Ingress", "Egress"]),
        "allow-dns": NetworkPolicySpecArgs(
            pod_selector=_everything(),
            policy_types=["Egress"],
            egress=[
                NetworkPolicyEgressRuleArgs(
                    to=[
                        NetworkPolicyPeerArgs(
                            namespace_selector=_namespace("kube-system"),
                            pod_selector=LabelSelectorArgs(match_labels={"k8s-app": "kube-dns"}),
                        )
                    ],
                    ports=[NetworkPolicyPortArgs(protocol=protocol, port=53) for protocol in ("UDP", "TCP")],
                )
            ],
        ),
        "allow-ingress-gateway": NetworkPolicySpecArgs(
            pod_selector=_everything(),
            policy_types=["Ingress"],
            ingress=[
                NetworkPolicyIngressRuleArgs(
                    from_=[NetworkPolicyPeerArgs(namespace_selector=_namespace(gateway_namespace))]
                )
            ],
        ),
        "allow-same-namespace": NetworkPolicySpecArgs(
            pod_selector=_everything(),
            policy_types=["Ingress", "Egress"],
            ingress=[NetworkPolicyIngressRuleArgs(from_=[NetworkPolicyPeerArgs(pod_selector=_everything())])],
            egress=[NetworkPolicyEgressRuleArgs(to=[NetworkPolicyPeerArgs(pod_selector=_everything())])],
        ),
    }


def _everything() -> LabelSelectorArgs:
    return LabelSelectorArgs()


def _namespace(name: str) -> LabelSelectorArgs:
    return LabelSelectorArgs(match_labels={"kubernetes.io/metadata.name": name})
