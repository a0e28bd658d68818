"""The parts that a class is made of, and the patches that fit them to a cluster."""

from dataclasses import dataclass
from typing import Any

from bluelamp.modules.kubernetes.cluster_class import hardening
from bluelamp.modules.kubernetes.cluster_class.shapes import ClusterClassArgs

_KUBE_VIP = "ghcr.io/kube-vip/kube-vip:v1.0.1"


@dataclass(frozen=True)
class Part:
    """A template: an object of a class, by its version, kind and spec."""

    api_version: str
    kind: str
    spec: dict[str, Any]

    def reference(self, name: str) -> dict[str, Any]:
        """How a class names it."""
        return {"templateRef": {"apiVersion": self.api_version, "kind": self.kind, "name": name}}

    def patch(self, name: str, operations: list[dict[str, Any]], enabled_if: str = "") -> dict[str, Any]:
        """A patch of this template for each cluster, where it is the cluster's own or its control plane's."""
        role = "controlPlane" if self.kind.endswith("ControlPlaneTemplate") else "infrastructureCluster"
        selector = {"apiVersion": self.api_version, "kind": self.kind, "matchResources": {role: True}}
        found: dict[str, Any] = {"name": name, "definitions": [{"selector": selector, "jsonPatches": operations}]}
        return {**found, "enabledIf": enabled_if} if enabled_if else found


def endpoint_patch(infrastructure: Part) -> dict[str, Any]:
    """Gives a cluster's infrastructure its address."""
    path = "/spec/template/spec/controlPlaneEndpoint"
    return infrastructure.patch(
        "endpoint", [{"op": "add", "path": path, "valueFrom": {"variable": "controlPlaneEndpoint"}}]
    )


def vip_patch(plane: Part, path: str, args: ClusterClassArgs, folder: str, kubeconfig: str) -> dict[str, Any]:
    """Adds the pod that holds the cluster's address to the files at `path`; the kubelet finds it in `folder`."""
    image = args.get("kube_vip_image", _KUBE_VIP)
    if "registry" in args and "kube_vip_image" not in args:
        image = f"{args['registry']}/{_KUBE_VIP}"
    pod = hardening.data("kube_vip.yaml")
    for word, value in (
        ("value: ADDRESS", "value: '{{ .controlPlaneEndpoint.host }}'"),
        ('"PORT"', "'{{ .controlPlaneEndpoint.port }}'"),
        ("IMAGE", image),
        ("KUBECONFIG", kubeconfig),
    ):
        pod = pod.replace(word, value)
    body = "".join(f"  {line}\n" for line in pod.splitlines() if not line.startswith("#"))
    content = f"path: {folder}/kube-vip.yaml\nowner: root:root\npermissions: '0600'\ncontent: |\n{body}"
    return plane.patch("address", [{"op": "add", "path": path, "valueFrom": {"template": content}}])
