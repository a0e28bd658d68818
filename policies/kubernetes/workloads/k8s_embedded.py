"""Resources that deploy other content: charts, repositories, and manifests as text."""

from typing import Final

from bluelamp.policies.controls import caf, iso, mcsb, ncsc
from bluelamp.policies.estate import Estate
from bluelamp.policies.kubernetes._contents import CARRIERS, SETS, Unreadable, objects, texts
from bluelamp.policies.kubernetes._workloads import namespace_of
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Fail, NotApplicable, Outcome, rule
from bluelamp.policies.value import RENDER_AND_AUDIT, UnknownValue, Value

_ELSEWHERE: Final = {
    "kubernetes:argoproj.io/*:Application": "the repository or chart",
    "kubernetes:argoproj.io/*:ApplicationSet": "the repository or chart",
    "kubernetes:helm.toolkit.fluxcd.io/*:HelmRelease": "the chart",
    "kubernetes:kustomize.toolkit.fluxcd.io/*:Kustomization": "the repository",
    "kubernetes:helm.sh/*:Release": "the chart",
    "kubernetes:helm.sh/*:Chart": "the chart",
    "kubernetes:helm.cattle.io/*:HelmChart": "the chart",
    "kubernetes:helm.k0sproject.io/*:Chart": "the chart",
    "kubernetes:helm.crossplane.io/*:Release": "the chart",
    "kubernetes:addons.cluster.x-k8s.io/*:HelmChartProxy": "the chart",
    "kubernetes:addons.cluster.x-k8s.io/*:HelmReleaseProxy": "the chart",
    "kubernetes:fleet.cattle.io/*:GitRepo": "the repository",
    "kubernetes:kappctrl.k14s.io/*:App": "the package",
    "kubernetes:packaging.carvel.dev/*:PackageInstall": "the package",
    "kubernetes:operators.coreos.com/*:Subscription": "the operator's catalogue",
    "kubernetes:pulumi.com/*:Stack": "the Pulumi program",
    "kubernetes:pulumi.com/*:Program": "the Pulumi program",
}
"""The kinds that deploy objects from outside the resources, and where those objects are defined."""

_READ: Final = RENDER_AND_AUDIT
_EXAMPLE: Final = """
apiVersion: v1
kind: ConfigMap
metadata: {name: addons, namespace: clusters}
data: {addons.yaml: "{apiVersion: v1, kind: Namespace, metadata: {name: addons}}"}
---
apiVersion: addons.cluster.x-k8s.io/v1beta2
kind: ClusterResourceSet
metadata: {name: addons, namespace: clusters}
spec:
  clusterSelector: {matchLabels: {addons: all}}
  resources: [{kind: ConfigMap, name: addons}]
"""


@rule(
    "BL-K8S-094",
    "All content that resources deploy can be audited",
    failure="Resource deploys content that cannot be audited",
    severity=Severity.HIGH,
    controls=ncsc("5", "8") + caf("A4.b", "B4.b") + iso("8.9", "8.32") + mcsb("PV-1"),
    at=(*SETS, *_ELSEWHERE),
    estate=True,
    fix="""Render the chart or the repository and audit its manifests (bluelamp audit --from manifests). For a
    ClusterResourceSet, declare its ConfigMaps in the same program, with Kubernetes objects in YAML.""",
    example=_EXAMPLE,
)
def content_is_auditable(carrier: Value, estate: Estate) -> Outcome:
    """A chart, a Git repository or a manifest in a ConfigMap can deploy a privileged pod that appears in no plan.
    Objects in a ClusterResourceSet's ConfigMaps are judged; content that a controller fetches has to be audited
    separately.
    """
    if carrier.resource.type not in SETS:
        raise UnknownValue(carrier, f"what this {_kind(carrier)} deploys is not in the plan; {_READ}")
    entries = list(carrier.at("spec.resources").each())
    if not entries:
        return NotApplicable("it deploys no content")
    doubt: UnknownValue | None = None
    for entry in entries:
        try:
            reason = _unreadable(entry, carrier, estate)
        except UnknownValue as unknown:
            doubt = doubt or unknown
        else:
            if reason:
                return Fail(entry["name"], "Kubernetes objects in YAML", reason)
    if doubt:
        raise doubt
    return None


def _kind(carrier: Value) -> str:
    return carrier.resource.type.rpartition(":")[2]


def _unreadable(entry: Value, applied: Value, estate: Estate) -> str:
    """Why a text of the ConfigMap or Secret in `entry` is not a manifest; empty if every text is one."""
    kind, name = str(entry["kind"].known), entry["name"]
    carriers = [
        each
        for each in (estate.of(f"kubernetes:core/v1:{kind}") if kind in CARRIERS else ())
        if each.at("metadata.name").known == name.known and namespace_of(each) == namespace_of(applied)
    ]
    if not carriers:
        raise UnknownValue(name, f"this {kind} is not among the resources; {_READ}")
    for each in carriers:
        for text, encoded in texts(each, kind):
            try:
                list(objects(text, encoded=encoded))
            except Unreadable as unreadable:
                return f"{text.path}: {unreadable}"
    return ""
