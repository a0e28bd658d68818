"""The paths of pods in each kind, and access to values in objects with secrets and unknown values."""

from collections.abc import Iterator, Mapping
from typing import Any

from bluelamp.rehearsal.values import UNKNOWN, Secret

PATHS = {
    "Pod": "",
    "Deployment": "spec.template",
    "ReplicaSet": "spec.template",
    "StatefulSet": "spec.template",
    "DaemonSet": "spec.template",
    "ReplicationController": "spec.template",
    "Job": "spec.template",
    "CronJob": "spec.jobTemplate.spec.template",
    "PodTemplate": "template",
}
"""The path of the pod or pod template in each kind; empty if the object is the pod."""


def dig(value: Any, path: str) -> Any:
    """The value at a dotted path; None if missing, `UNKNOWN` if unknown."""
    for key in path.split(".") if path else ():
        if isinstance(value, Secret):
            value = value.value
        if value is UNKNOWN:
            return UNKNOWN
        value = value.get(key) if isinstance(value, Mapping) else None
    return value.value if isinstance(value, Secret) else value


def containers(pod: Any, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The containers of a pod at `path`, with their paths."""
    for field in ("initContainers", "containers"):
        found = dig(pod, f"spec.{field}")
        for index, container in enumerate(found if isinstance(found, list) else ()):
            if isinstance(container, Mapping):
                yield f"{path + '.' if path else ''}spec.{field}[{index}]", container


def items(value: Any, path: str) -> list[tuple[str, Mapping[str, Any]]]:
    """The objects in the list at a dotted path, with their paths; empty if there is no list."""
    found = dig(value, path)
    return [
        (f"{path}[{index}]", item)
        for index, item in enumerate(found if isinstance(found, list) else ())
        if isinstance(item, Mapping)
    ]
