"""Bare-metal machines, with Metal3."""

from typing import Any

from bluelamp.modules.kubernetes.cluster_class.parts import Part
from bluelamp.modules.kubernetes.cluster_class.shapes import ClusterClassArgs, Metal3Machines

_API = "infrastructure.cluster.x-k8s.io/v1beta2"


def parts(args: ClusterClassArgs, prefix: str) -> dict[str, Part]:
    """The templates of the cluster, its machines and their data; the names start with `prefix`."""
    where = args.get("metal3")
    assert where is not None  # checked by the component
    found = {
        "infrastructure": Part(_API, "Metal3ClusterTemplate", {"template": {"spec": {"cloudProviderEnabled": False}}})
    }
    for role in ("control-plane", "worker"):
        found[f"{role}-data"] = _data(where)
        found[f"{role}-machine"] = _machine(args, where, role, f"{prefix}-{role}-data")
    return found


def _data(where: Metal3Machines) -> Part:
    link = where.get("interface", "eno1")
    spec = {
        "clusterName": where["cluster"],
        "metaData": {
            "objectNames": [
                {"key": "name", "object": "machine"},
                {"key": "local-hostname", "object": "machine"},
                {"key": "local_hostname", "object": "machine"},
                {"key": "metal3-name", "object": "baremetalhost"},
            ]
        },
        "networkData": {
            "links": {"ethernets": [{"type": "phy", "id": link, "macAddress": {"fromHostInterface": link}}]},
            "networks": {"ipv4DHCP": [{"id": "machines", "link": link}]},
        },
    }
    return Part(_API, "Metal3DataTemplate", spec)


def _machine(args: ClusterClassArgs, where: Metal3Machines, role: str, data: str) -> Part:
    spec: dict[str, Any] = {
        "image": {
            "url": where["image_url"],
            "checksum": where["image_checksum"],
            "checksumType": "sha256",
            "diskFormat": where.get("image_format", "qcow2"),
        },
        "dataTemplate": {"name": data},
        "hostSelector": {"matchLabels": {"bluelamp/force": args["label"]["force"], "bluelamp/role": role}},
        "automatedCleaningMode": "metadata",
    }
    return Part(_API, "Metal3MachineTemplate", {"template": {"spec": spec}, "nodeReuse": True})
