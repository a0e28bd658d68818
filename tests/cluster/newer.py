"""Definitions of kinds whose own module is not available, or only in an older release; each names its source."""

import copy
from pathlib import Path
from typing import Any

import yaml

Definition = dict[str, Any]
METAL3 = Path(__file__).parent / "definitions" / "metal3.yaml"
_GROUP = "infrastructure.cluster.x-k8s.io"


def metal3() -> list[Definition]:
    """Metal3's templates, from `definitions/metal3.yaml`."""
    return [
        {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{each['plural']}.{_GROUP}"},
            "spec": {
                "group": _GROUP,
                "scope": "Namespaced",
                "names": {"kind": each["kind"], "listKind": f"{each['kind']}List", "plural": each["plural"]},
                "versions": [
                    {
                        "name": "v1beta2",
                        "served": True,
                        "storage": True,
                        "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": each["spec"]}}},
                    }
                ],
            },
        }
        for each in yaml.safe_load(METAL3.read_text(encoding="utf-8"))
    ]


def with_v1beta2(definition: Definition) -> Definition:
    """RKE2's v1beta2 in addition to the v1beta1 of its module.

    The fields that a cluster class uses are spelt alike in both. References to machines differ, but Cluster API fills
    those in itself, so any value is accepted for them.
    """
    if not definition["spec"]["names"]["kind"].startswith("RKE2"):
        return definition
    found = copy.deepcopy(definition)
    newer = copy.deepcopy(next(each for each in found["spec"]["versions"] if each["name"] == "v1beta1"))
    newer |= {"name": "v1beta2", "storage": False}
    spec = newer["schema"]["openAPIV3Schema"]["properties"]["spec"]
    template = spec["properties"].get("template", {"properties": {"spec": spec}})["properties"]["spec"]
    for gone in ("infrastructureRef", "nodeDrainTimeout"):
        template["properties"].pop(gone, None)
    if "machineTemplate" in template["properties"]:
        template["properties"]["machineTemplate"] = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    found["spec"]["versions"].append(newer)
    return found
