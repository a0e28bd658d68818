"""The templates of a cluster class, and the patches that adapt them to a cluster."""

from dataclasses import dataclass
from typing import Any

from bluelamp.modules.kubernetes.cluster_class import hardening
from bluelamp.modules.kubernetes.cluster_class.shapes import ClusterClassArgs

_KUBE_VIP = "ghcr.io/kube-vip/kube-vip:v1.0.1"


@dataclass(frozen=True)
class Part:
    """A template: an object of a class, with its API version, kind and spec."""

    api_version: str
    kind: str
    spec: dict[str, Any]

    def reference(self, name: str) -> dict[str, Any]:
        """The reference to this template in a class."""
        return {"templateRef": {"apiVersion": self.api_version, "kind": self.kind, "name": name}}

    def patch(self, name: str, operations: list[dict[str, Any]], enabled_if: str = "") -> dict[str, Any]:
        """A patch of this infrastructure or control-plane template, applied for each cluster."""
        role = "controlPlane" if self.kind.endswith("ControlPlaneTemplate") else "infrastructureCluster"
        selector = {"apiVersion": self.api_version, "kind": self.kind, "matchResources": {role: True}}
        found: dict[str, Any] = {"name": name, "definitions": [{"selector": selector, "jsonPatches": operations}]}
        return {**found, "enabledIf": enabled_if} if enabled_if else found


def endpoint_patch(infrastructure: Part) -> dict[str, Any]:
    """Sets the control-plane endpoint of a cluster's infrastructure."""
    path = "/spec/template/spec/controlPlaneEndpoint"
    return infrastructure.patch(
        "endpoint", [{"op": "add", "path": path, "valueFrom": {"variable": "controlPlaneEndpoint"}}]
    )


def vip_patch(plane: Part, path: str, args: ClusterClassArgs, folder: str, kubeconfig: str) -> dict[str, Any]:
    """Adds the kube-vip static pod to the files at `path`; the kubelet reads it from `folder`."""
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
