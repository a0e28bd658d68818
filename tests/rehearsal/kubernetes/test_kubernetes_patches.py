"""Patches in the embedded cluster: they own the fields that they set, and release them."""

from typing import Any

from bluelamp.rehearsal.kubernetes import KubernetesProvider
from bluelamp.rehearsal.store import Store
from tests.rehearsal.kubernetes.kubernetes_objects import DEV, GOOD, create, urn


def patch(provider: KubernetesProvider, token: str, **wanted: Any) -> tuple[str, str, dict[str, Any]]:
    patch_urn = f"urn:pulumi:dev::police::kubernetes:{token}::patch"
    checked = provider.check(DEV, patch_urn, {}, wanted)
    assert not checked.failures
    return patch_urn, *provider.create(DEV, patch_urn, checked.inputs, preview=False)


def test_a_patch_changes_the_fields_it_sets(provider: KubernetesProvider) -> None:
    create(provider, GOOD["deployment"])
    patch_urn = "urn:pulumi:dev::police::kubernetes:apps/v1:DeploymentPatch::patch"
    wanted = {"metadata": {"name": "web", "namespace": "default"}, "spec": {"replicas": 7}}
    checked = provider.check(DEV, patch_urn, {}, wanted)
    assert not checked.failures
    resource_id, outputs = provider.create(DEV, patch_urn, checked.inputs, preview=False)
    assert (resource_id, outputs["spec"]["replicas"]) == ("default/web", 7)
    assert outputs["spec"]["template"]["spec"]["containers"][0]["name"] == "web"


def test_deleting_a_patch_releases_its_fields_and_keeps_the_object(provider: KubernetesProvider, store: Store) -> None:
    resource_id, inputs, outputs = create(provider, GOOD["config"])
    meta = {"name": "settings", "namespace": "default"}
    before = outputs["data"]
    patch_urn, patch_id, patched = patch(provider, "core/v1:ConfigMapPatch", metadata=meta, data={"added": "yes"})
    assert (patch_id, patched["data"]) == (resource_id, {**before, "added": "yes"})
    found = provider.read(DEV, patch_urn, patch_id, {})
    assert found is not None
    assert found.inputs["data"] == {"added": "yes"}

    changed = {**inputs, "data": {**before, "own": "new"}}
    after = provider.update(DEV, urn(GOOD["config"]), resource_id, outputs, changed, preview=False)
    assert after["data"] == {**before, "own": "new", "added": "yes"}

    provider.delete(DEV, patch_urn, patch_id, patched)
    left = provider.read(DEV, urn(GOOD["config"]), resource_id, changed)
    assert left is not None
    assert left.outputs["data"] == {**before, "own": "new"}
    assert left.outputs["metadata"]["uid"] == outputs["metadata"]["uid"]
    provider.delete(DEV, patch_urn, patch_id, patched)
    provider.delete(DEV, urn(GOOD["config"]), resource_id, left.outputs)
    assert store.count() == 0


def test_deleting_an_object_deletes_its_patches(provider: KubernetesProvider, store: Store) -> None:
    resource_id, _, outputs = create(provider, GOOD["config"])
    meta = {"name": "settings", "namespace": "default"}
    patch_urn, patch_id, patched = patch(provider, "core/v1:ConfigMapPatch", metadata=meta, data={"added": "yes"})
    provider.delete(DEV, urn(GOOD["config"]), resource_id, outputs)
    assert store.count() == 0
    provider.delete(DEV, patch_urn, patch_id, patched)


def test_a_built_in_namespace_can_be_patched_and_stays(provider: KubernetesProvider, store: Store) -> None:
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    meta = {"name": "default", "labels": labels}
    patch_urn, patch_id, patched = patch(provider, "core/v1:NamespacePatch", metadata=meta)
    assert patched["metadata"]["labels"] == {**labels, "kubernetes.io/metadata.name": "default"}
    resource_id, _, outputs = create(provider, GOOD["config"])
    provider.delete(DEV, patch_urn, patch_id, patched)
    assert provider.read(DEV, urn(GOOD["config"]), resource_id, {}) is not None
    provider.delete(DEV, urn(GOOD["config"]), resource_id, outputs)
    assert store.count() == 0


def test_lists_merge_by_the_keys_of_their_schema(provider: KubernetesProvider) -> None:
    create(provider, GOOD["deployment"])
    meta = {"name": "web", "namespace": "default"}
    change = {"name": "web", "env": [{"name": "LEVEL", "value": "debug"}], "args": ["--verbose"]}
    spec = {"template": {"spec": {"containers": [change], "tolerations": [{"key": "a", "operator": "Exists"}]}}}
    first = patch(provider, "apps/v1:DeploymentPatch", metadata=meta, spec=spec)[2]["spec"]["template"]["spec"]
    (container,) = first["containers"]
    assert (container["name"], container["args"]) == ("web", ["--verbose"])
    assert {"name": "LEVEL", "value": "debug"} in container["env"]
    again = {
        "template": {
            "spec": {
                "containers": [{"name": "web", "args": ["--quiet"]}],
                "tolerations": [{"key": "b", "operator": "Exists"}],
            }
        }
    }
    second = patch(provider, "apps/v1:DeploymentPatch", metadata=meta, spec=again)[2]["spec"]["template"]["spec"]
    assert second["containers"][0]["args"] == ["--quiet"], "a list without keys is replaced"
    assert [each["key"] for each in second["tolerations"]] == ["b"]
