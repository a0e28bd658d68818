"""A runtime class for every cluster that refers to the set."""

from bluelamp.modules.kubernetes.cluster_addons import ClusterAddons
from bluelamp.modules.naming import Label

label = Label(
    force="essex",
    code="essex",
    environment="test",
    cost_centre="EXP-2201",
    business_owner="Head of Infrastructure",
    classification="OFFICIAL",
    roadmap_milestone="landing-zone",
    spend_type="strategic",
)
sandboxed = """
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: sandboxed}
handler: runsc
"""
ClusterAddons("platform", {"label": label, "namespace": "clusters", "manifests": {"runtime": sandboxed}})
