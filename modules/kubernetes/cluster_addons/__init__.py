"""Add-ons of Kubernetes clusters: network, cloud provider and storage drivers, kept applied on every cluster.

    ClusterAddons("platform", {"label": label, "namespace": "clusters", "manifests": {"cilium": text}})

A cluster that names the set gets its manifests as soon as it answers, before it has a network, and gets every change
to them.
"""

from bluelamp.modules.kubernetes.cluster_addons.cluster_addons import ClusterAddons, ClusterAddonsArgs

__all__ = ["ClusterAddons", "ClusterAddonsArgs"]
