"""Control planes in Cluster API: the paths of the API server's flags and files in each kind."""

from collections.abc import Iterator, Mapping
from typing import Final

from bluelamp.policies.value import Value, places, some

_GROUP: Final = "kubernetes:controlplane.cluster.x-k8s.io"
KUBEADM: Final = {
    f"{_GROUP}/{version}:{kind}": path
    for version in ("v1beta2", "v1beta1")
    for kind, path in (
        ("KubeadmControlPlaneTemplate", "spec.template.spec.kubeadmConfigSpec"),
        ("KubeadmControlPlane", "spec.kubeadmConfigSpec"),
    )
}
"""The path of kubeadm's flags and files in each kind."""
_RKE2: Final = {
    f"{_GROUP}/{version}:{kind}": path
    for version in ("v1beta2", "v1beta1")
    for kind, path in (("RKE2ControlPlaneTemplate", "spec.template.spec"), ("RKE2ControlPlane", "spec"))
}
PLANES: Final[Mapping[str, str]] = {**KUBEADM, **_RKE2}
"""The path of the flags and files in each kind."""


def is_rke2(plane: Value) -> bool:
    """Whether the control plane is RKE2's, which has its own defaults."""
    return plane.resource.type in _RKE2


def flag(plane: Value, name: str) -> Value:
    """The value of the API server's flag `name`, which may be missing. Raises `UnknownValue`."""
    server = plane.at("serverConfig.kubeAPIServer" if is_rke2(plane) else "clusterConfiguration.apiServer")
    arguments = server["extraArgs"]
    found = some(_flags(arguments), lambda each: each.key == name)
    return Value(plane.resource, None, arguments, name) if found is None else found


def _flags(arguments: Value) -> Iterator[Value]:
    """The flags with their names as keys, from a map, a list of names and values, or a list of `name=value`."""
    if isinstance(arguments.known, Mapping):
        yield from arguments.each()
        return
    for each in arguments.each():
        if isinstance(each.known, str):
            name, _, value = each.known.partition("=")
            yield Value(each.resource, value, arguments, name)
        else:
            yield Value(each.resource, each["value"].raw, each, str(each["name"].known))


def content(plane: Value, path: Value) -> Value | None:
    """The content of the machine's file at `path`; None if the control plane does not create it.

    Raises `UnknownValue` if that is unknown.
    """
    if path.missing:
        return None
    found = some(places(plane, "files[*]"), lambda each: each["path"].known == path.known)
    return found["content"] if found else None
