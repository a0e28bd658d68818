"""Limit ranges, network policies, the default namespace and persistent volumes."""

from typing import Final

from bluelamp.policies.addresses import WIDEST
from bluelamp.policies.controls import caf, cis_kubernetes, cyber_essentials, iso, mcsb, ncsc
from bluelamp.policies.estate import Estate
from bluelamp.policies.kubernetes._workloads import PODS
from bluelamp.policies.kubernetes.namespaces._open_policies import open_peer
from bluelamp.policies.kubernetes.namespaces.k8s_namespaces import NAMESPACE, NETWORK_POLICY, SYSTEM, is_system, some_in
from bluelamp.policies.kubernetes.workloads.k8s_workloads import LIMIT_RANGE
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, NotApplicable, Outcome, lacks, rule
from bluelamp.policies.tighter import EachAtLeast
from bluelamp.policies.value import Value, root

_INERT: Final = "policyTypes omits this direction, so Kubernetes ignores the rule"
VOLUME: Final = "kubernetes:core/v1:PersistentVolume"


@rule(
    "BL-K8S-023",
    "Namespaces have a LimitRange with container defaults",
    failure="Namespace has no LimitRange with container defaults",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("3", "5") + caf("B5.b") + iso("8.6"),
    at=NAMESPACE,
    estate=True,
    fix="Add a LimitRange of type Container with defaults to the namespace.",
    example="""
apiVersion: v1
kind: Namespace
metadata: {name: records}
---
apiVersion: v1
kind: LimitRange
metadata: {name: defaults, namespace: records}
spec: {limits: [{type: Container, default: {memory: 256Mi}, defaultRequest: {cpu: 50m, memory: 128Mi}}]}
""",
)
def has_limit_range(namespace: Value, estate: Estate) -> Outcome:
    """With a quota, a pod without requests is refused; without one, its use is unlimited. A LimitRange sets defaults
    for both cases.
    """
    if is_system(namespace):
        return NotApplicable(SYSTEM)
    if some_in(namespace, estate.of(LIMIT_RANGE), _has_defaults):
        return None
    return lacks(namespace, "a LimitRange in this namespace with defaults for containers")


def _has_defaults(limit_range: Value) -> bool:
    """Whether it has a default for containers; a maximum or minimum is one where no other is set."""
    return any(
        not value.missing
        for limit in limit_range.at("spec.limits").each()
        if limit["type"].known == "Container"
        for field in ("default", "defaultRequest", "max", "min")
        for value in limit[field].each()
    )


@rule(
    "BL-K8S-024",
    "Workloads do not run in the default namespace",
    failure="Workload runs in the default namespace",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("3") + caf("B4.a") + cis_kubernetes("5.7.4") + iso("8.22"),
    at=dict.fromkeys(PODS, "metadata.namespace"),
    fix="Set metadata.namespace to the tenant's namespace.",
    example="""
apiVersion: v1
kind: Pod
metadata: {name: records, namespace: records}
""",
)
def has_namespace(namespace: Value) -> Outcome:
    """The default namespace has no owner, quota, network policy or Pod Security Standard."""
    if namespace.get("default") != "default":
        return None
    return Fail(namespace, "the tenant's namespace", "Kubernetes' default is default" if namespace.missing else "")


@rule(
    "BL-K8S-025",
    "Network policies do not allow ingress from every address on every port",
    failure="Network policy allows ingress from every address",
    severity=Severity.MEDIUM,
    controls=ncsc("3", "11") + caf("B4.a") + cyber_essentials("firewalls") + iso("8.20", "8.22") + mcsb("NS-1"),
    at={NETWORK_POLICY: "spec.ingress[*]"},
    estate=True,
    fix="Restrict the namespaces, pods or networks that may connect, or the open ports.",
    example="""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: allow-gateway, namespace: records}
spec:
  podSelector: {matchLabels: {app: records}}
  ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: gateway-system}}}]}]
""",
)
def lets_in_somebody(entry: Value, estate: Estate, *, widest: EachAtLeast[int] = WIDEST) -> Outcome:
    """A rule without a source and a port has the effect of no policy, and overrides all others that select the same
    pods.
    """
    if not _takes_effect(entry, "Ingress"):
        return NotApplicable(_INERT)
    found = open_peer(entry, "ingress", estate, widest)
    return Fail(*found) if found else None


@rule(
    "BL-K8S-026",
    "Network policies do not allow egress to every address on every port",
    failure="Network policy allows egress to every address on every port",
    severity=Severity.MEDIUM,
    controls=ncsc("11") + caf("B4.a", "C1.c") + iso("8.12", "8.20") + mcsb("NS-1"),
    at={NETWORK_POLICY: "spec.egress[*]"},
    estate=True,
    fix="Restrict the destinations or at least the ports, and leave the rest to the firewall.",
    example="""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: allow-database, namespace: records}
spec:
  podSelector: {matchLabels: {app: records}}
  policyTypes: [Egress]
  egress: [{to: [{ipBlock: {cidr: 10.42.8.0/24}}], ports: [{port: 5432}]}]
""",
)
def lets_out_somewhere(entry: Value, estate: Estate, *, widest: EachAtLeast[int] = WIDEST) -> Outcome:
    """Attackers need outbound traffic to load tools and exfiltrate data. A rule without a destination and a port allows
    it.
    """
    if not _takes_effect(entry, "Egress"):
        return NotApplicable(_INERT)
    found = open_peer(entry, "egress", estate, widest)
    return Fail(*found) if found else None


def _takes_effect(entry: Value, direction: str) -> bool:
    """Whether the policy of `entry` applies to `direction`; without policyTypes it does where it has rules."""
    types = [each.known for each in root(entry.resource).at("spec.policyTypes").each()]
    return not types or direction in types


@rule(
    "BL-K8S-088",
    "Persistent volumes do not use hostPath",
    failure="Persistent volume uses hostPath",
    severity=Severity.HIGH,
    controls=ncsc("3") + caf("B4.a", "B3.c") + iso("8.3", "8.22") + mcsb("PV-1"),
    at={VOLUME: "spec.hostPath"},
    fix="Use a StorageClass of the platform. For a node's disk, use a volume of type local on a dedicated disk.",
    example="""
apiVersion: v1
kind: PersistentVolume
metadata: {name: records}
spec: {capacity: {storage: 10Gi}, accessModes: [ReadWriteOnce], csi: {driver: csi.vsphere.vmware.com, volumeHandle: a}}
""",
)
def is_no_host_path(path: Value) -> Outcome:
    """The Pod Security Standards forbid hostPath in pods but not a claim on a hostPath volume, which bypasses them."""
    return None if path.missing else Fail(path, "no hostPath volume")
