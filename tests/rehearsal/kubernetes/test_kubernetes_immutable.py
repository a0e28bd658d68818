"""Updates that replace an object, that change it in place, and that the API server refuses."""

import copy
from typing import Any

import pytest

from bluelamp.rehearsal.kubernetes import KubernetesProvider
from bluelamp.rehearsal.provider import CloudError, Diff, Instance
from tests.rehearsal.kubernetes.kubernetes_objects import GOOD, create, urn

DEV = Instance("dev", "police", {})
MUTABLE = Instance("dev", "police", {"enableConfigMapMutable": "true", "enableSecretMutable": "true"})
CLASS = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "IngressClass",
    "metadata": {"name": "nginx"},
    "spec": {"controller": "example.org/ingress"},
}
SET = {**GOOD["deployment"], "kind": "ReplicaSet"} | {
    "spec": {key: GOOD["deployment"]["spec"][key] for key in ("selector", "template")}
}


def changed(obj: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    found = copy.deepcopy(obj)
    *parents, last = path.split(".")
    place: Any = found
    for key in parents:
        place = place[int(key)] if isinstance(place, list) else place[key]
    place[last] = value
    return found


def update(
    provider: KubernetesProvider, obj: dict[str, Any], new: dict[str, Any], instance: Instance = DEV
) -> tuple[Diff, str]:
    """The provider's decision, and why the server refuses the change in place; empty if it accepts it."""
    resource_id, inputs, outputs = create(provider, obj)
    checked = provider.check(instance, urn(obj), inputs, new)
    assert not checked.failures
    diff = provider.diff(instance, urn(obj), resource_id, inputs, outputs, checked.inputs)
    try:
        provider.update(instance, urn(obj), resource_id, outputs, checked.inputs, preview=False)
    except CloudError as error:
        return diff, error.message
    return diff, ""


def test_a_claim_grows_in_place_and_never_shrinks(provider: KubernetesProvider) -> None:
    claim = GOOD["claim"]
    diff, refusal = update(provider, claim, changed(claim, "spec.resources.requests.storage", "200Gi"))
    assert (list(diff.changes), diff.replaces, refusal) == (["spec.resources.requests.storage"], [], "")
    other = changed(claim, "metadata.name", "other")
    diff, refusal = update(provider, other, changed(other, "spec.resources.requests.storage", "50Gi"))
    assert diff.replaces == []
    assert "cannot shrink" in refusal


@pytest.mark.parametrize(
    ("declared", "refused"),
    [({"allowVolumeExpansion": True}, False), ({"allowVolumeExpansion": False}, True), ({}, True), (None, False)],
)
def test_a_claim_grows_only_where_its_class_allows_it(
    provider: KubernetesProvider, declared: dict[str, Any] | None, refused: bool
) -> None:
    claim = changed(GOOD["claim"], "spec.storageClassName", "records")
    if declared is not None:
        class_ = {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "records"}}
        made = provider.check(DEV, urn(class_), {}, {**class_, "provisioner": "disk.csi.azure.com", **declared})
        provider.create(DEV, urn(class_), made.inputs, preview=False)
    _, refusal = update(provider, claim, changed(claim, "spec.resources.requests.storage", "200Gi"))
    assert ("the storageclass that provisions the pvc must support resize" in refusal) is refused


@pytest.mark.parametrize(
    ("obj", "path", "value"),
    [
        (GOOD["storageclass"], "reclaimPolicy", "Delete"),
        (GOOD["storageclass"], "volumeBindingMode", "Immediate"),
        (GOOD["priority"], "value", 5),
        (CLASS, "spec.controller", "example.org/other"),
        (SET, "spec.selector.matchLabels", {"tier": "front"}),
        (GOOD["statefulset"], "spec.volumeClaimTemplates.0.spec.accessModes", ["ReadWriteMany"]),
        (GOOD["pod"], "spec.containers.0.name", "other"),
    ],
)
def test_a_field_immutable_only_in_the_server_fails(
    provider: KubernetesProvider, obj: dict[str, Any], path: str, value: Any
) -> None:
    diff, refusal = update(provider, obj, changed(obj, path, value))
    replaced = obj["kind"] == "StatefulSet"  # the package replaces that one, and the server refuses it too
    assert bool(diff.replaces) is replaced
    assert "immutable" in refusal


def test_a_change_that_the_package_replaces_and_the_server_accepts(provider: KubernetesProvider) -> None:
    job = changed(GOOD["job"], "spec.parallelism", 1)
    diff, refusal = update(provider, job, changed(job, "spec.parallelism", 2))
    assert (diff.replaces, refusal) == (["spec.parallelism"], "")


@pytest.mark.parametrize("name", ["config", "secret"])
def test_an_immutable_map_is_replaced_whatever_the_provider_decides(provider: KubernetesProvider, name: str) -> None:
    data = {**GOOD[name]["data"], "more": "YQ=="}
    loose = {**GOOD[name], "metadata": {**GOOD[name]["metadata"], "name": "loose"}}
    diff, refusal = update(provider, loose, {**loose, "data": data}, MUTABLE)
    assert (diff.replaces, refusal) == ([], "")
    frozen = {**GOOD[name], "immutable": True}
    diff, refusal = update(provider, frozen, {**frozen, "data": data}, MUTABLE)
    assert diff.replaces == ["data.more"]
    assert "the object has immutable: true" in refusal


def test_an_immutable_object_stays_immutable(provider: KubernetesProvider) -> None:
    frozen = {**GOOD["config"], "immutable": True}
    diff, refusal = update(provider, frozen, GOOD["config"], MUTABLE)
    assert diff.replaces == []
    assert "immutable: field is immutable" in refusal
