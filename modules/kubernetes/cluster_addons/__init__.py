"""Add-ons of Kubernetes clusters: network, cloud provider and storage drivers, applied to every cluster.

    ClusterAddons("platform", {"label": label, "namespace": "clusters", "manifests": {"cilium": text}})

The manifests are applied to each cluster that refers to the set, as soon as its API server is available and before it
has a network. Changes are applied too.
"""

from bluelamp.modules.kubernetes.cluster_addons.cluster_addons import ClusterAddons, ClusterAddonsArgs

__all__ = ["ClusterAddons", "ClusterAddonsArgs"]
