"""Where pods are: every kind that runs some, and every list of containers in them."""

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

_LISTS: Final = ("containers", "initContainers", "ephemeralContainers")


def below(paths: Mapping[str, str | tuple[str, ...]], *fields: str) -> dict[str, tuple[str, ...]]:
    """The places of `fields` below each of `paths`."""
    return {
        kind: tuple(f"{path}.{field}" for field in fields for path in ((where,) if isinstance(where, str) else where))
        for kind, where in paths.items()
    }


CONTAINERS: Final = below(PODS, *(f"{list_}[*]" for list_ in _LISTS))
"""The paths of all containers in each kind, the initial and the ephemeral ones included."""

RESOURCED: Final = below(PODS, "containers[*]", "initContainers[*]")
"""The paths of the containers that may have resources; Kubernetes takes none for ephemeral ones."""

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
    """The specification of the pod that `container`, an item of one of its lists, belongs to.

    Of an unknown place it is that place, for what is above it may be anything.
    """
    if container.raw is UNKNOWN:
        return container
    pod = container.outer and container.outer.outer
    return pod or container


def present(values: Iterable[Value]) -> Iterator[Value]:
    """Those of `values` that are there. Raises `UnknownValue`."""
    return (value for value in values if not value.missing)


def on_windows(pod: Value) -> bool:
    """Whether the pod declares that it runs on Windows, where the Linux fields of the standards do not exist."""
    return pod.at("os.name").text() == "windows"


def in_user_namespace(pod: Value) -> bool:
    """Whether the pod has a user namespace of its own, in which root is an unprivileged user on the node."""
    return pod["hostUsers"].known is False


def is_zero(quantity: Value) -> bool:
    """Whether a quantity is zero, which Kubernetes treats as none: a limit of 0 limits nothing."""
    return bool(_ZERO.fullmatch(str(quantity.known)))


def namespace_of(resource: Value) -> str:
    """The namespace of `resource`; `default` when it has none. Raises `UnknownValue`."""
    return str(resource.at("metadata.namespace").get("default"))
