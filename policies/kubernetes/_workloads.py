"""The paths of pods and containers in each kind."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from bluelamp.core.resource import UNKNOWN
from bluelamp.policies.value import Value

PODS: Final[Mapping[str, str | tuple[str, ...]]] = {
    "kubernetes:apps/*:Deployment": "spec.template.spec",
    "kubernetes:apps/*:StatefulSet": "spec.template.spec",
    "kubernetes:apps/*:DaemonSet": "spec.template.spec",
    "kubernetes:apps/*:ReplicaSet": "spec.template.spec",
    "kubernetes:extensions/*:Deployment": "spec.template.spec",
    "kubernetes:extensions/*:DaemonSet": "spec.template.spec",
    "kubernetes:extensions/*:ReplicaSet": "spec.template.spec",
    "kubernetes:batch/*:Job": "spec.template.spec",
    "kubernetes:batch/*:CronJob": "spec.jobTemplate.spec.template.spec",
    "kubernetes:core/v1:Pod": "spec",
    "kubernetes:core/v1:ReplicationController": "spec.template.spec",
    "kubernetes:core/v1:PodTemplate": "template.spec",
}
"""The path of the pod's specification in each kind."""

CONTAINER_LISTS: Final = ("containers", "initContainers", "ephemeralContainers")
"""The properties of a pod that list containers."""


def below(paths: Mapping[str, str | tuple[str, ...]], *fields: str) -> dict[str, tuple[str, ...]]:
    """The places of `fields` below each of `paths`."""
    return {
        kind: tuple(f"{path}.{field}" for field in fields for path in ((where,) if isinstance(where, str) else where))
        for kind, where in paths.items()
    }


CONTAINERS: Final = below(PODS, *(f"{list_}[*]" for list_ in CONTAINER_LISTS))
"""The paths of all containers in each kind, including init and ephemeral containers."""

RESOURCED: Final = below(PODS, "containers[*]", "initContainers[*]")
"""The paths of the containers that may have resource requests and limits, which ephemeral containers may not."""

CONTEXTS: Final = {
    kind: tuple(f"{path}.securityContext" for path in (where, *CONTAINERS[kind]))
    for kind, where in PODS.items()
    if isinstance(where, str)
}
"""The paths of every security context in each kind: the pod's own and its containers'."""

_ZERO: Final = re.compile(r"[+-]?[0.]+([eE][+-]?[0-9]+|[A-Za-z]*)")
NO_LIMIT: Final = "Kubernetes treats 0 as no limit"

METADATA: Final = {
    kind: where.removesuffix("spec") + "metadata" for kind, where in PODS.items() if isinstance(where, str)
}
"""The path of the pod's metadata in each kind."""


def pod_of(container: Value) -> Value:
    """The specification of the pod to which `container`, an item of one of its lists, belongs.

    For an unknown place it is that place itself.
    """
    if container.raw is UNKNOWN:
        return container
    pod = container.outer and container.outer.outer
    return pod or container


def present(values: Iterable[Value]) -> Iterator[Value]:
    """The `values` that are not missing. Raises `UnknownValue`."""
    return (value for value in values if not value.missing)


def on_windows(pod: Value) -> bool:
    """Whether the pod declares that it runs on Windows, where the standards' Linux fields do not apply."""
    return pod.at("os.name").text() == "windows"


def in_user_namespace(pod: Value) -> bool:
    """Whether the pod has its own user namespace, in which root is an unprivileged user on the node."""
    return pod["hostUsers"].known is False


def is_zero(quantity: Value) -> bool:
    """Whether a quantity is zero, which Kubernetes treats as none: a limit of 0 limits nothing."""
    return bool(_ZERO.fullmatch(str(quantity.known)))


def namespace_of(resource: Value) -> str:
    """The namespace of `resource`, by default `default`. Raises `UnknownValue`."""
    return str(resource.at("metadata.namespace").get("default"))
