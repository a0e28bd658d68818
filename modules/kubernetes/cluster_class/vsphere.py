"""vSphere machines."""

from typing import Any

from bluelamp.modules.kubernetes.cluster_class.parts import Part
from bluelamp.modules.kubernetes.cluster_class.shapes import ClusterClassArgs, MachineSize, VsphereMachines

_API = "infrastructure.cluster.x-k8s.io/v1beta2"


def parts(args: ClusterClassArgs, prefix: str) -> dict[str, Part]:
    """The templates of the cluster and its machines, which are spread over the force's deployment zones."""
    where = args.get("vsphere")
    assert where is not None  # checked by the component
    cluster: dict[str, Any] = {
        "server": where["server"],
        "identityRef": {"kind": "VSphereClusterIdentity", "name": where["identity"]},
        "failureDomainSelector": {"matchLabels": {"bluelamp/force": args["label"]["force"]}},
    }
    if "thumbprint" in where:
        cluster["thumbprint"] = where["thumbprint"]
    return {
        "infrastructure": Part(_API, "VSphereClusterTemplate", {"template": {"spec": cluster}}),
        "control-plane-machine": _machine(where, where.get("control_plane", {})),
        "worker-machine": _machine(where, where.get("workers", {})),
    }


def _machine(where: VsphereMachines, size: MachineSize) -> Part:
    spec: dict[str, Any] = {
        "server": where["server"],
        "datacenter": where["datacenter"],
        "template": where["template"],
        # A linked clone depends on the snapshot of its template.
        "cloneMode": "fullClone",
        "numCPUs": size.get("cpus", 4),
        "memoryMiB": size.get("memory_mib", 16384),
        "diskGiB": size.get("disk_gib", 100),
        "network": {"devices": [{"networkName": where["network"], "dhcp4": True}]},
        "powerOffMode": "trySoft",
    }
    if "storage_policy" in where:
        spec["storagePolicyName"] = where["storage_policy"]
    if "folder" in where:
        spec["folder"] = where["folder"]
    if "resource_pool" in where:
        spec["resourcePool"] = where["resource_pool"]
    return Part(_API, "VSphereMachineTemplate", {"template": {"spec": spec}})
