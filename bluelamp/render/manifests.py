"""The Kubernetes objects of a plan as files: a folder for each cluster, with a folder for each namespace.

Files never contain secrets. An object with a secret is left out, and a note next to the manifests says what to use
instead. Values that are unknown before deployment are marked in the file, and `kubectl apply -k` skips such files.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from bluelamp.render.objects import LeftOut, Manifest
from bluelamp.render.order import rank
from bluelamp.render.text import kustomization, manifest, notes

if TYPE_CHECKING:
    from bluelamp.planning import Plan, PlannedResource

FOLDER: Final = "manifests"
UNKNOWN_TEXT: Final = "<not known until deployment>"
"""The placeholder of an unknown value. It is not a valid Kubernetes name, number or address."""

CLUSTER_WIDE: Final = "cluster-wide"
"""The folder for cluster-scoped objects."""


@dataclass(frozen=True)
class Rendered:
    """The Kubernetes objects of a plan; manifests are in the order in which they can be applied."""

    force: str
    manifests: tuple[Manifest, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    clusters: tuple[str, ...] = field(default=())

    def files(self) -> dict[str, str]:
        """The text of every file by its path."""
        files = {f"{FOLDER}/{one.path}": manifest(one, self.force) for one in self.manifests}
        for cluster in self.clusters:
            mine = [one for one in self.manifests if one.path.startswith(f"{cluster}/")]
            files[f"{FOLDER}/{cluster}/kustomization.yaml"] = kustomization(mine, self.force, cluster)
            missing = [one for one in self.left_out if one.cluster == cluster]
            if missing:
                files[f"{FOLDER}/{cluster}/left-out.md"] = notes(missing, self.force, cluster)
        return files


def manifests(plan: "Plan") -> Rendered:
    """The Kubernetes objects in `plan`."""
    from bluelamp.reports.redaction import Redactor
    from bluelamp.resources import from_plan

    redact = Redactor(from_plan(plan))
    made: list[tuple[str, str, Mapping[str, Any], PlannedResource, tuple[str, ...]]] = []
    left_out: list[LeftOut] = []
    clusters: set[str] = set()
    for resource in plan.resources:
        if not (resource.custom and resource.type.startswith("kubernetes:")):
            continue
        cluster = _cluster(resource)
        clusters.add(cluster)
        kind, namespace, name = _identity(resource)
        reason, keys = _reason(resource, kind, redact)
        if reason:
            left_out.append(LeftOut(cluster, kind, namespace, name, reason, keys))
            continue
        unknown: list[str] = []
        content = _content(resource.inputs, "", unknown)
        made.append((cluster, namespace, content, resource, tuple(unknown)))
    made.sort(key=lambda one: (one[0], rank(one[2]["kind"]), one[1], one[2]["kind"], _identity(one[3])[2], one[3].urn))
    taken: set[str] = set()
    return Rendered(
        plan.stack,
        tuple(
            Manifest(_path(cluster, namespace, content, resource, taken), content, resource.urn, unknown)
            for cluster, namespace, content, resource, unknown in made
        ),
        tuple(sorted(left_out, key=lambda one: (one.cluster, one.namespace, one.kind, one.name))),
        tuple(sorted(clusters)),
    )


def _cluster(resource: "PlannedResource") -> str:
    name = resource.provider.rpartition("::")[2]
    return _safe("default" if name.startswith("default") else name.removeprefix("kubernetes-")) or "default"


def _identity(resource: "PlannedResource") -> tuple[str, str, str]:
    """The object's kind, namespace and name; the logical name if its name is unknown."""
    metadata = resource.inputs.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    name, namespace = metadata.get("name"), metadata.get("namespace")
    kind = resource.inputs.get("kind")
    return (
        kind if isinstance(kind, str) else resource.type.rpartition(":")[2],
        namespace if isinstance(namespace, str) else "",
        name if isinstance(name, str) else resource.name,
    )


def _reason(resource: "PlannedResource", kind: str, redact: Any) -> tuple[str, tuple[str, ...]]:
    """Why the object must not be written, and the keys of a Secret; empty if it may be."""
    inputs = resource.inputs
    if resource.type == "kubernetes:core/v1:Secret":
        keys = {key for part in ("data", "stringData") for key in _keys(inputs.get(part))}
        return "secrets are never written to files", tuple(sorted(keys))
    secret = next(_secrets(inputs, ""), None)
    if secret is not None:
        return f"it contains a secret at {secret}", ()
    if not isinstance(inputs.get("apiVersion"), str) or not isinstance(inputs.get("kind"), str):
        return f"{resource.type} is not a single object: only the engine can create it", ()
    if resource.type.endswith("Patch") and not kind.endswith("Patch"):
        return "it patches an object from outside the program: only the engine can apply it", ()
    plain = _content(inputs, "", [])
    if redact(plain) != plain:
        return "it repeats a secret of another resource", ()
    return "", ()


def _keys(value: Any) -> Iterator[str]:
    from bluelamp.rehearsal.values import Secret

    while isinstance(value, Secret):
        value = value.value
    if isinstance(value, Mapping):
        yield from map(str, value)


def _secrets(value: Any, path: str) -> Iterator[str]:
    """The paths of every secret in `value`."""
    from bluelamp.rehearsal.values import Secret

    if isinstance(value, Secret):
        yield path or "its root"
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _secrets(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _secrets(item, f"{path}[{index}]")


def _content(value: Any, path: str, unknown: list[str]) -> Any:
    """`value` as plain YAML values. The paths of unknown values are added to `unknown`."""
    from bluelamp.rehearsal.values import UNKNOWN, Blob

    if value is UNKNOWN or isinstance(value, Blob):
        unknown.append(path)
        return UNKNOWN_TEXT
    if isinstance(value, Mapping):
        return {str(key): _content(item, f"{path}.{key}" if path else str(key), unknown) for key, item in value.items()}
    if isinstance(value, list):
        return [_content(item, f"{path}[{index}]", unknown) for index, item in enumerate(value)]
    return value


def _path(
    cluster: str, namespace: str, content: Mapping[str, Any], resource: "PlannedResource", taken: set[str]
) -> str:
    """A file name that depends on the object only, so that it is stable when other objects change."""
    kind, _, name = _identity(resource)
    stem = f"{rank(kind):02}-{_safe(kind)}-{_safe(name)}"
    folder = PurePosixPath(cluster, _safe(namespace) or CLUSTER_WIDE)
    group = str(content["apiVersion"]).rpartition("/")[0]
    for candidate in (stem, f"{stem}-{_safe(group) or 'core'}", f"{stem}-{_safe(resource.name)}"):
        path = str(folder / f"{candidate}.yaml")
        if path not in taken:
            break
    taken.add(path)
    return path


def _safe(text: str) -> str:
    """`text` as part of a file name that is valid on any system."""
    return re.sub(r"[^a-z0-9.-]+", "-", text.lower()).strip("-.")
