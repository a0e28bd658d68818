"""Where kinds keep their pods, and how to reach into objects that may hold secrets and unknown values."""

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
"""The path of the pod, or of the template for pods, in each kind; empty where the object is the pod."""


def dig(value: Any, path: str) -> Any:
    """What is at a dotted path in `value`: None where there is nothing, `UNKNOWN` where it is not known yet."""
    for key in path.split(".") if path else ():
        if isinstance(value, Secret):
            value = value.value
        if value is UNKNOWN:
            return UNKNOWN
        value = value.get(key) if isinstance(value, Mapping) else None
    return value.value if isinstance(value, Secret) else value


def containers(pod: Any, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each container of a pod at `path`, with its own path."""
    for field in ("initContainers", "containers"):
        found = dig(pod, f"spec.{field}")
        for index, container in enumerate(found if isinstance(found, list) else ()):
            if isinstance(container, Mapping):
                yield f"{path + '.' if path else ''}spec.{field}[{index}]", container


def items(value: Any, path: str) -> list[tuple[str, Mapping[str, Any]]]:
    """The objects of the list at a dotted path in `value`, each with its own path; nothing where there is no list."""
    found = dig(value, path)
    return [
        (f"{path}[{index}]", item)
        for index, item in enumerate(found if isinstance(found, list) else ())
        if isinstance(item, Mapping)
    ]
