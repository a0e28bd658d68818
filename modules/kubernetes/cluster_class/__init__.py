"""Classes of Kubernetes clusters on premises, by Cluster API: vSphere or bare metal, kubeadm or RKE2.

    ClusterClass("live", {"label": label, "namespace": "clusters", "infrastructure": "vsphere", …})

A cluster of a class starts hardened: an audit policy, secrets encrypted at rest, Pod Security `restricted` in every
namespace that says nothing else, people signing in with Entra ID, nobody let in unnamed, modern TLS only, RKE2 by its
CIS profile, snapshots of etcd, and a check of every machine's health. Where a registry is named, images come from
nowhere else.

A class's name ends in a hash of its content. Make one class for each cluster, and the non-live cluster is rolled
before the live one.
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
