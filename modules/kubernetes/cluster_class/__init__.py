"""Classes of on-premises Kubernetes clusters, with Cluster API: vSphere or bare metal, kubeadm or RKE2.

    ClusterClass("live", {"label": label, "namespace": "clusters", "infrastructure": "vsphere", …})

Clusters of a class are hardened: audit policy, encryption of secrets at rest, Pod Security `restricted` by default in
every namespace, sign-in with Entra ID, no anonymous access, modern TLS only, the CIS profile with RKE2, etcd
snapshots, and machine health checks. With `registry`, all images come from that registry.

The name of a class ends in a hash of its content. Use one class for each cluster, so that the non-live cluster is
updated before the live one.
"""

from bluelamp.modules.kubernetes.cluster_class.cluster_class import ClusterClass
from bluelamp.modules.kubernetes.cluster_class.shapes import (
    ClusterClassArgs,
    ClusterSignIn,
    EtcdBackup,
    MachineSize,
    Metal3Machines,
    VsphereMachines,
)
from bluelamp.modules.kubernetes.cluster_class.topology import WORKERS

__all__ = [
    "WORKERS",
    "ClusterClass",
    "ClusterClassArgs",
    "ClusterSignIn",
    "EtcdBackup",
    "MachineSize",
    "Metal3Machines",
    "VsphereMachines",
]
