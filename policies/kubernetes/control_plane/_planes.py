"""Control planes as Cluster API declares them: where each kind keeps the API server's flags and files."""

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
"""The place below which kubeadm's flags and files are."""
_RKE2: Final = {
    f"{_GROUP}/{version}:{kind}": path
    for version in ("v1beta2", "v1beta1")
    for kind, path in (("RKE2ControlPlaneTemplate", "spec.template.spec"), ("RKE2ControlPlane", "spec"))
}
PLANES: Final[Mapping[str, str]] = {**KUBEADM, **_RKE2}
"""The place in each kind below which its flags and files are."""


def is_rke2(plane: Value) -> bool:
    """Whether the control plane is RKE2's, which has defaults of its own."""
    return plane.resource.type in _RKE2


def flag(plane: Value, name: str) -> Value:
    """What the API server's flag `name` is set to; a missing value where it is not. Raises `UnknownValue`."""
    server = plane.at("serverConfig.kubeAPIServer" if is_rke2(plane) else "clusterConfiguration.apiServer")
    arguments = server["extraArgs"]
    found = some(_flags(arguments), lambda each: each.key == name)
    return Value(plane.resource, None, arguments, name) if found is None else found


def _flags(arguments: Value) -> Iterator[Value]:
    """Each flag's value under its name: a map, a list of names and values, or a list of `name=value`."""
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
    """The text that the file at `path` of the machine has; None where the control plane brings no such file.

    Raises `UnknownValue` where that is not known yet.
    """
    if path.missing:
        return None
    found = some(places(plane, "files[*]"), lambda each: each["path"].known == path.known)
    return found["content"] if found else None
