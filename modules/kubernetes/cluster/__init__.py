"""On-premises Kubernetes clusters: a live and a non-live one for a force, each with its own class.

    Cluster("live", {"label": label, "class_name": live_class.class_name, "version": "v1.36.3+rke2r1", …})

Cluster API creates the machines, performs rolling upgrades when `version` or the class changes, and replaces unhealthy
machines.
"""

from bluelamp.modules.kubernetes.cluster.cluster import Cluster, ClusterArgs, WorkerPool

__all__ = ["Cluster", "ClusterArgs", "WorkerPool"]
