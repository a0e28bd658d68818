"""Probes, replicas, disruption budgets and spread over nodes."""

from typing import Final

from bluelamp.policies.controls import caf, iso, mcsb, ncsc
from bluelamp.policies.estate import Estate
from bluelamp.policies.kubernetes._workloads import PODS, below
from bluelamp.policies.kubernetes.workloads._replicas import covers, has_at_least, keeps_fewer_than_all, replicas
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, NotApplicable, Outcome, lacks, rule
from bluelamp.policies.tighter import AtLeast
from bluelamp.policies.value import Value, root, some

DEPLOYMENT: Final = "kubernetes:apps/v1:Deployment"
BUDGET: Final = "kubernetes:policy/v1:PodDisruptionBudget"
_SERVING: Final = {
    kind: PODS[f"kubernetes:apps/*:{kind.rpartition(':')[2]}"]
    for kind in (
        DEPLOYMENT,
        "kubernetes:apps/v1:StatefulSet",
    )
}
_LASTING: Final = {**_SERVING, "kubernetes:apps/v1:DaemonSet": "spec.template.spec"}

_EXAMPLE: Final = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: records, namespace: records}
spec:
  replicas: 2
  selector: {matchLabels: {app: records}}
  template:
    metadata: {labels: {app: records}}
    spec:
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector: {matchLabels: {app: records}}
      containers:
        - name: records
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
          livenessProbe: {httpGet: {path: /alive, port: 8080}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: records, namespace: records}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: records}}}
"""


@rule(
    "BL-K8S-053",
    "Containers of Deployments and StatefulSets have a readiness probe",
    failure="Container has no readiness probe",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("5") + caf("B5.b") + iso("8.6"),
    at=below(_SERVING, "containers[*]"),
    fix="Add a readinessProbe to the container.",
    example=_EXAMPLE,
)
def has_readiness_probe(container: Value) -> Outcome:
    """Without a readiness probe, a pod that is starting or has lost its database still receives requests."""
    return _has(container["readinessProbe"])


@rule(
    "BL-K8S-054",
    "Containers have a liveness probe",
    failure="Container has no liveness probe",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("5") + caf("B5.b", "C1.c") + iso("8.6"),
    at=below(_LASTING, "containers[*]"),
    fix="Add a livenessProbe to the container.",
    example=_EXAMPLE,
)
def has_liveness_probe(container: Value) -> Outcome:
    """Without a liveness probe, Kubernetes does not restart a program that hangs."""
    return _has(container["livenessProbe"])


def _has(probe: Value) -> Outcome:
    return Fail(probe, "a probe") if probe.missing else None


@rule(
    "BL-K8S-084",
    "Deployments have at least two replicas",
    failure="Deployment has fewer than two replicas",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("2.5", "5") + caf("B5.b") + iso("8.14"),
    at=DEPLOYMENT,
    estate=True,
    fix="Set spec.replicas, or the autoscaler's spec.minReplicas, to 2 or more.",
    example=_EXAMPLE,
)
def has_replicas(deployment: Value, estate: Estate, *, minimum: AtLeast[int] = 2) -> Outcome:
    """With one replica every update, restart and node drain is an outage."""
    return has_at_least(minimum, deployment, estate)


@rule(
    "BL-K8S-085",
    "Deployments have a pod disruption budget",
    failure="Deployment has no pod disruption budget",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("2.5", "5") + caf("B5.b") + iso("8.14"),
    at=DEPLOYMENT,
    estate=True,
    fix="Add a PodDisruptionBudget whose selector matches the Deployment's pods.",
    example=_EXAMPLE,
)
def has_disruption_budget(deployment: Value, estate: Estate) -> Outcome:
    """A node drain evicts pods as fast as the budgets allow. Without a budget that is all replicas at once."""
    if replicas(deployment, estate).get(1) in {0, 1}:
        return NotApplicable("it has one replica at most, which a budget cannot protect")
    if some(estate.of(BUDGET), lambda budget: covers(budget, deployment)):
        return None
    return lacks(deployment, "a PodDisruptionBudget in its namespace that selects its pods")


@rule(
    "BL-K8S-086",
    "Pod disruption budgets allow voluntary evictions",
    failure="Pod disruption budget blocks every voluntary eviction",
    severity=Severity.MEDIUM,
    controls=ncsc("5") + caf("B4.d", "B5.b") + iso("8.8") + mcsb("PV-6"),
    at={BUDGET: "spec"},
    estate=True,
    fix="Set maxUnavailable to 1 or more, or minAvailable below the number of replicas.",
    example="""
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: records, namespace: records}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: records}}}
""",
)
def allows_disruption(spec: Value, estate: Estate) -> Outcome:
    """A budget that allows no eviction prevents a node from being drained, and so from being patched."""
    unavailable, available = spec["maxUnavailable"], spec["minAvailable"]
    if str(unavailable.get("")) in {"0", "0%"}:
        return Fail(unavailable, "1 or more")
    if unavailable.missing and available.missing:
        return Fail(unavailable, "1 or more", "without it and minAvailable, Kubernetes allows no eviction")
    if str(available.get("")) == "100%":
        return Fail(available, "less than all")
    return keeps_fewer_than_all(available, root(spec.resource), estate)


@rule(
    "BL-K8S-087",
    "Replicas are spread over several nodes",
    failure="Replicas may all run on one node",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("2.5", "5") + caf("B5.b") + iso("8.14"),
    at=_SERVING,
    fix="Add topologySpreadConstraints over kubernetes.io/hostname, or a podAntiAffinity.",
    example=_EXAMPLE,
)
def spreads_copies(pod: Value) -> Outcome:
    """Replicas on one node fail together when the node fails or is drained for an update."""
    if root(pod.resource).at("spec.replicas").get(1) in {0, 1}:
        return NotApplicable("it has one replica at most")
    spread = pod["topologySpreadConstraints"]
    if any(True for _ in spread.each()) or not pod.at("affinity.podAntiAffinity").missing:
        return None
    return Fail(spread, "a topology spread constraint, or a podAntiAffinity")
