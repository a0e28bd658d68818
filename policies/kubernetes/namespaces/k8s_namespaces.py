"""Pod Security labels, default-deny network policies and quotas of namespaces."""

from collections.abc import Callable
from functools import partial
from typing import Final

from bluelamp.policies.controls import caf, cis_kubernetes, iso, mcsb, ncsc
from bluelamp.policies.estate import Estate
from bluelamp.policies.kubernetes._workloads import namespace_of
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Fail, NotApplicable, Outcome, lacks, rule
from bluelamp.policies.tighter import Allowed
from bluelamp.policies.value import UnknownValue, Value, places, some

NAMESPACE: Final = "kubernetes:core/v1:Namespace"
NETWORK_POLICY: Final = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
QUOTA: Final = "kubernetes:core/v1:ResourceQuota"

_ENFORCE: Final = "pod-security.kubernetes.io/enforce"
_OF_KUBERNETES: Final = frozenset({"kube-system", "kube-public", "kube-node-lease"})
SYSTEM: Final = "it is a system namespace of Kubernetes"


@rule(
    "BL-K8S-020",
    "Namespaces enforce a Pod Security Standard",
    failure="Namespace does not enforce a Pod Security Standard",
    severity=Severity.HIGH,
    controls=ncsc("3") + caf("B4.a", "B4.b") + cis_kubernetes("5.2.1") + iso("8.9") + mcsb("PV-1"),
    at=NAMESPACE,
    fix="Label the namespace with pod-security.kubernetes.io/enforce: restricted.",
    example="""
apiVersion: v1
kind: Namespace
metadata:
  name: records
  labels: {pod-security.kubernetes.io/enforce: restricted}
""",
)
def enforces_pod_security(namespace: Value, *, levels: Allowed[str] = ("baseline", "restricted")) -> Outcome:
    """Pod Security admission refuses dangerous pods only in labelled namespaces. Without the label, or with
    `privileged`, it admits every pod.
    """
    if is_system(namespace):
        return NotApplicable(SYSTEM)
    level = namespace.at("metadata.labels")[_ENFORCE]
    if level.get("privileged") in levels:
        return None
    return Fail(level, levels, "Kubernetes' default is privileged" if level.missing else "")


@rule(
    "BL-K8S-021",
    "Namespaces have a default-deny policy for ingress and egress",
    failure="Namespace has no default-deny policy for ingress and egress",
    severity=Severity.HIGH,
    controls=ncsc("3", "11") + caf("B4.a", "B5.b") + cis_kubernetes("5.3.2") + iso("8.20", "8.22") + mcsb("NS-1"),
    at=NAMESPACE,
    estate=True,
    fix="""Add a NetworkPolicy with an empty podSelector, both policyTypes and no rules. Allow required traffic with
    further policies.""",
    example="""
apiVersion: v1
kind: Namespace
metadata: {name: records}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny, namespace: records}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
""",
)
def denies_by_default(namespace: Value, estate: Estate) -> Outcome:
    """By default every pod can connect to every other pod and to the Internet. Denying ingress only leaves exfiltration
    possible.
    """
    if is_system(namespace):
        return NotApplicable(SYSTEM)
    policies = estate.of(NETWORK_POLICY)
    for direction in ("Ingress", "Egress"):
        if not some_in(namespace, policies, partial(_denies, direction)):
            return lacks(namespace, f"a NetworkPolicy in this namespace that denies {direction.lower()} by default")
    return None


@rule(
    "BL-K8S-022",
    "Namespaces have a resource quota",
    failure="Namespace has no resource quota",
    severity=Severity.MEDIUM,
    controls=ncsc("3", "5") + caf("B5.b") + iso("8.6"),
    at=NAMESPACE,
    estate=True,
    fix="Add a ResourceQuota with spec.hard to the namespace.",
    example="""
apiVersion: v1
kind: Namespace
metadata: {name: records}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: quota, namespace: records}
spec: {hard: {requests.cpu: "4", requests.memory: 8Gi, limits.memory: 16Gi}}
""",
)
def has_quota(namespace: Value, estate: Estate) -> Outcome:
    """A tenant without a quota can exhaust the cluster, by mistake or on purpose."""
    if is_system(namespace):
        return NotApplicable(SYSTEM)
    if some_in(namespace, estate.of(QUOTA), lambda quota: any(True for _ in quota.at("spec.hard").each())):
        return None
    return lacks(namespace, "a ResourceQuota in this namespace")


def is_system(namespace: Value) -> bool:
    """Whether it is a Kubernetes system namespace."""
    return namespace.at("metadata.name").known in _OF_KUBERNETES


def some_in(namespace: Value, objects: list[Value], holds: Callable[[Value], bool]) -> bool:
    """Whether `holds` is true for one of `objects` in `namespace`. Raises `UnknownValue`."""
    name = namespace.at("metadata.name")
    if name.missing and objects:
        raise UnknownValue(name)
    return some(objects, lambda each: namespace_of(each) == name.known and holds(each)) is not None


def _denies(direction: str, policy: Value) -> bool:
    """Whether `policy` selects every pod, applies to `direction` and allows no traffic in it."""
    spec = policy["spec"]
    selects_all = not any(True for part in spec["podSelector"].each() for _ in part.each())
    types = [each.known for each in spec["policyTypes"].each()]
    applies = direction in types if types else direction == "Ingress"
    return selects_all and applies and not any(True for _ in places(spec, f"{direction.lower()}[*]"))
