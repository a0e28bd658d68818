"""Cross-field validation of volumes, claims and storage classes.

Source: Kubernetes v1.36, `pkg/apis/core/validation` and `pkg/apis/storage/validation`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bluelamp.rehearsal.kubernetes.podspecs import dig, items
from bluelamp.rehearsal.provider import Failure
from bluelamp.rehearsal.values import UNKNOWN, has_unknown, plain

Object = Mapping[str, Any]
_NO_SOURCE = (
    "accessModes",
    "capacity",
    "claimRef",
    "mountOptions",
    "nodeAffinity",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "volumeAttributesClassName",
    "volumeMode",
)


def volume(value: Object) -> Iterator[Failure]:
    """A PersistentVolume."""
    spec = plain(value.get("spec"))
    if not isinstance(spec, Mapping):
        return
    if not any(value is not None for key, value in spec.items() if key not in _NO_SOURCE):
        yield Failure("spec", "needs a source, such as csi or nfs")
    modes = spec.get("accessModes") or ()
    if "ReadWriteOncePod" in modes and len(modes) > 1:
        yield Failure("spec.accessModes", "ReadWriteOncePod cannot be combined with other access modes")
    if "local" in spec and not dig(spec, "nodeAffinity.required"):
        yield Failure("spec.nodeAffinity", "required for a local volume")
    path = dig(spec, "hostPath.path")
    if path == "/" and spec.get("persistentVolumeReclaimPolicy") == "Recycle":
        yield Failure("spec.persistentVolumeReclaimPolicy", "Recycle is not allowed for /")
    affinity = spec.get("nodeAffinity")
    if isinstance(affinity, Mapping) and affinity.get("required") is None:
        yield Failure("spec.nodeAffinity.required", "required")
    if spec.get("volumeAttributesClassName") is not None and spec.get("csi") is None:
        yield Failure("spec.volumeAttributesClassName", "needs csi")


def claim(value: Object) -> Iterator[Failure]:
    """A PersistentVolumeClaim."""
    spec = plain(value.get("spec"))
    if isinstance(spec, Mapping):
        yield from claim_spec(spec, "spec")


def claim_spec(spec: Object, at: str) -> Iterator[Failure]:
    """The spec of a claim at the path `at`."""
    modes = spec.get("accessModes") or ()
    if "ReadWriteOncePod" in modes and len(modes) > 1:
        yield Failure(f"{at}.accessModes", "ReadWriteOncePod cannot be combined with other access modes")
    source, reference = spec.get("dataSource"), spec.get("dataSourceRef")
    if has_unknown(source) or has_unknown(reference):
        return
    if not isinstance(source, Mapping) or not isinstance(reference, Mapping):
        return
    if any((source.get(key) or "") != (reference.get(key) or "") for key in ("apiGroup", "kind", "name")):
        yield Failure(f"{at}.dataSourceRef", "must be the same as dataSource")


def storage_class(value: Object) -> Iterator[Failure]:
    """A StorageClass."""
    terms = plain(value.get("allowedTopologies"))
    if not isinstance(terms, list) or has_unknown(terms):
        return
    for where, term in items({"allowedTopologies": terms}, "allowedTopologies"):
        keys: set[Any] = set()
        for place, each in items(term, "matchLabelExpressions"):
            if each.get("key") in keys:
                yield Failure(f"{where}.{place}.key", f'duplicate value "{each.get("key")}"')
            keys.add(each.get("key"))
    for index, term in enumerate(terms):
        if term in terms[:index]:
            yield Failure(f"allowedTopologies[{index}]", "duplicate")


def csi_driver(value: Object) -> Iterator[Failure]:
    """A CSIDriver."""
    audiences: set[Any] = set()
    for where, each in items(value, "spec.tokenRequests"):
        audience = plain(each.get("audience")) or ""
        if audience in audiences and audience is not UNKNOWN:
            yield Failure(f"{where}.audience", f'duplicate value "{audience}"')
        audiences.add(audience)


def attachment(value: Object) -> Iterator[Failure]:
    """A VolumeAttachment."""
    if dig(value, "spec.source.persistentVolumeName") == "":
        yield Failure("spec.source.persistentVolumeName", "must not be empty")
