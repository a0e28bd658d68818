"""Kubernetes clusters on premises: a live and a non-live one for a force, each of its own class.

    Cluster("live", {"label": label, "class_name": live_class.class_name, "version": "v1.36.3+rke2r1", …})

Cluster API makes the machines, upgrades them one at a time when `version` or the class changes, and replaces those that
are ill.
"""

from bluelamp.modules.kubernetes.cluster.cluster import Cluster, ClusterArgs, WorkerPool

__all__ = ["Cluster", "ClusterArgs", "WorkerPool"]
