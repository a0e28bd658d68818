"""The lifecycle of objects in the embedded cluster: names, changes, replacement, drift, deletion."""

import base64
import copy
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bluelamp.rehearsal.kubernetes import KubernetesProvider
from bluelamp.rehearsal.provider import CloudError, Diff, Instance
from bluelamp.rehearsal.store import Fault, Store
from bluelamp.rehearsal.values import Secret
from tests.rehearsal.kubernetes.kubernetes_objects import DEV, GOOD, create, urn, with_


def change(
    provider: KubernetesProvider, obj: dict[str, Any], changed: dict[str, Any], ignore: tuple[str, ...] = ()
) -> Diff:
    resource_id, inputs, outputs = create(provider, obj)
    new = provider.check(DEV, urn(obj), inputs, changed).inputs
    return provider.diff(DEV, urn(obj), resource_id, inputs, outputs, new, ignore)


def test_an_object_without_a_name_gets_one_and_keeps_it(provider: KubernetesProvider) -> None:
    obj = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "b"}}
    _, inputs, outputs = create(provider, obj, "settings")
    name = inputs["metadata"]["name"]
    assert name.startswith("settings-")
    assert len(name) == len("settings-") + 8
    assert outputs["metadata"]["annotations"] == {"pulumi.com/autonamed": "true"}
    assert provider.check(DEV, urn(obj, "settings"), inputs, obj).inputs["metadata"]["name"] == name
    # A replacement is checked as a new object while the old one still exists.
    assert provider.check(DEV, urn(obj, "settings"), {}, obj).inputs["metadata"]["name"] != name


def test_the_provider_sets_the_default_namespace(provider: KubernetesProvider) -> None:
    obj = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}
    assert provider.check(DEV, urn(obj), {}, obj).inputs["metadata"]["namespace"] == "default"
    instance = Instance("dev", "police", {"namespace": "custody"})
    assert provider.check(instance, urn(obj), {}, obj).inputs["metadata"]["namespace"] == "custody"
    cluster_wide = {**GOOD["clusterrole"], "metadata": {"name": "a"}}
    assert "namespace" not in provider.check(instance, urn(cluster_wide), {}, cluster_wide).inputs["metadata"]


def test_the_server_sets_defaults(provider: KubernetesProvider) -> None:
    service = create(provider, GOOD["service"])[2]
    assert service["spec"]["clusterIP"].startswith("10.")
    assert service["spec"]["ports"][1] == {"name": "metrics", "port": 9090, "protocol": "TCP", "targetPort": 9090}
    assert create(provider, GOOD["headless"])[2]["spec"]["clusterIP"] == "None"
    deployment = create(provider, GOOD["deployment"])[2]
    assert deployment["status"]["availableReplicas"] == 3
    assert deployment["metadata"]["generation"] == 1
    assert create(provider, GOOD["namespace"])[2]["status"] == {"phase": "Active"}


def test_secrets_come_back_as_secrets(provider: KubernetesProvider) -> None:
    resource_id, inputs, outputs = create(provider, GOOD["secret"])
    assert isinstance(inputs["stringData"], Secret)
    assert isinstance(outputs["data"], Secret)
    assert outputs["data"].value == {"key": "aGVsbG8=", "password": base64.b64encode(b"hunter2").decode()}
    assert "stringData" not in outputs
    assert "hunter2" not in repr((inputs, outputs))
    live = provider.read(DEV, urn(GOOD["secret"]), resource_id, inputs)
    assert live is not None
    assert live.inputs == inputs


def test_updates_are_property_by_property(provider: KubernetesProvider) -> None:
    obj = GOOD["deployment"]
    changed = with_(obj, replicas=5, minReadySeconds=3)
    del changed["spec"]["revisionHistoryLimit"]
    found = change(provider, obj, changed)
    assert found.changes == {
        "spec.replicas": "update",
        "spec.minReadySeconds": "add",
        "spec.revisionHistoryLimit": "delete",
    }
    assert not found.replaces


def test_ignored_paths_do_not_count(provider: KubernetesProvider) -> None:
    obj = GOOD["deployment"]
    assert not change(provider, obj, with_(obj, replicas=5), ("spec.replicas",)).changes
    assert (
        not KubernetesProvider(Store(":memory:"))
        .diff(DEV, urn(obj), "default/web", obj, {}, with_(obj, strategy={"type": "Recreate"}), ("spec.strategy",))
        .changes
    )


@pytest.mark.parametrize(
    ("name", "changed", "path"),
    [
        (
            "deployment",
            {"spec": {**GOOD["deployment"]["spec"], "selector": {"matchLabels": {"tier": "front"}}}},
            "spec.selector.matchLabels.app",
        ),
        ("statefulset", {"spec": {**GOOD["statefulset"]["spec"], "serviceName": "other"}}, "spec.serviceName"),
        ("headless", {"spec": {**GOOD["headless"]["spec"], "clusterIP": "10.96.0.9"}}, "spec.clusterIP"),
        ("config", {"data": {"level": "debug"}}, "data.level"),
        ("secret", {"type": "example.org/other"}, "type"),
        (
            "job",
            {
                "spec": {
                    **GOOD["job"]["spec"],
                    "template": {
                        "spec": {"restartPolicy": "Never", "containers": [{"name": "migrate", "image": "x:2"}]}
                    },
                }
            },
            "spec.template.spec.containers[0].image",
        ),
        ("claim", {"spec": {**GOOD["claim"]["spec"], "storageClassName": "slow"}}, "spec.storageClassName"),
        ("binding", {"roleRef": {**GOOD["binding"]["roleRef"], "name": "other"}}, "roleRef.name"),
        ("storageclass", {"provisioner": "other.example.org"}, "provisioner"),
        ("pod", {"spec": {**GOOD["pod"]["spec"], "serviceAccountName": "other"}}, "spec.serviceAccountName"),
    ],
)
def test_immutable_fields_replace_and_delete_first_because_the_name_is_in_use(
    provider: KubernetesProvider, name: str, changed: dict[str, Any], path: str
) -> None:
    obj = GOOD[name]
    found = change(provider, obj, {**obj, **changed})
    assert path in found.replaces
    assert found.delete_before_replace


def test_an_autonamed_object_is_replaced_before_the_old_one_is_deleted(provider: KubernetesProvider) -> None:
    obj = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "b"}}
    found = change(provider, obj, {**obj, "data": {"a": "c"}})
    assert found.replaces == ["data.a"]
    assert not found.delete_before_replace


def test_a_config_map_changes_in_place_if_the_provider_says_so(provider: KubernetesProvider) -> None:
    obj = GOOD["config"]
    resource_id, inputs, outputs = create(provider, obj)
    instance = Instance("dev", "police", {"enableConfigMapMutable": True})
    new = {**inputs, "data": {**inputs["data"], "level": "debug"}}
    found = provider.diff(instance, urn(obj), resource_id, inputs, outputs, new)
    assert dict(found.changes) == {"data.level": "update"}
    after = provider.update(instance, urn(obj), resource_id, outputs, new, preview=False)
    assert after["data"]["level"] == "debug"
    assert after["metadata"]["uid"] == outputs["metadata"]["uid"]
    assert after["metadata"]["generation"] == outputs["metadata"]["generation"] + 1


def test_a_new_name_or_namespace_is_a_new_object(provider: KubernetesProvider) -> None:
    obj = GOOD["account"]
    found = change(provider, obj, {**obj, "metadata": {"name": "other", "namespace": "default"}})
    assert found.replaces == ["metadata.name"]
    assert not found.delete_before_replace


def test_the_api_refuses_a_forced_change_of_an_immutable_field(provider: KubernetesProvider) -> None:
    obj = GOOD["deployment"]
    resource_id, inputs, outputs = create(provider, obj)
    changed = with_(inputs, selector={"matchLabels": {"tier": "front"}})
    with pytest.raises(CloudError, match="field is immutable"):
        provider.update(DEV, urn(obj), resource_id, outputs, changed, preview=False)


def test_the_namespace_must_exist(provider: KubernetesProvider) -> None:
    obj = {**GOOD["config"], "metadata": {"name": "a", "namespace": "custody"}}
    inputs = provider.check(DEV, urn(obj), {}, obj).inputs
    provider.create(DEV, urn(obj), inputs, preview=True)
    with pytest.raises(CloudError, match='namespaces "custody" not found'):
        provider.create(DEV, urn(obj), inputs, preview=False)
    create(provider, GOOD["namespace"])
    assert provider.create(DEV, urn(obj), inputs, preview=False)[0] == "custody/a"


def test_deleting_a_namespace_deletes_everything_in_it(provider: KubernetesProvider, store: Store) -> None:
    namespace_id, _, outputs = create(provider, GOOD["namespace"])
    inside = {**GOOD["config"], "metadata": {"name": "a", "namespace": "custody"}}
    inside_id, inputs, _ = create(provider, inside)
    create(provider, GOOD["config"])
    provider.delete(DEV, urn(GOOD["namespace"]), namespace_id, outputs)
    assert provider.read(DEV, urn(inside), inside_id, inputs) is None
    assert store.count() == 1
    provider.delete(DEV, urn(GOOD["namespace"]), namespace_id, outputs)


def test_a_custom_resource_needs_its_definition_and_is_deleted_with_it(
    provider: KubernetesProvider, store: Store
) -> None:
    obj = GOOD["custom"]
    inputs = provider.check(DEV, urn(obj), {}, obj).inputs
    assert provider.create(DEV, urn(obj), inputs, preview=True)[1]["spec"] == obj["spec"]
    with pytest.raises(CloudError, match='no matches for kind "Case" in version'):
        provider.create(DEV, urn(obj), inputs, preview=False)
    definition_id, _, definition = create(provider, GOOD["definition"])
    assert create(provider, obj)[2]["spec"]["officers"] == 1
    provider.delete(DEV, urn(GOOD["definition"]), definition_id, definition)
    assert store.count() == 0


def test_a_cluster_scoped_custom_resource_loses_the_guessed_namespace(provider: KubernetesProvider) -> None:
    obj = {
        "apiVersion": "police.example.org/v1",
        "kind": "Case",
        "metadata": {"name": "a"},
        "spec": GOOD["custom"]["spec"],
    }
    inputs = provider.check(DEV, urn(obj), {}, obj).inputs
    assert inputs["metadata"]["namespace"] == "default"
    create(provider, with_(GOOD["definition"], scope="Cluster"))
    resource_id, outputs = provider.create(DEV, urn(obj), inputs, preview=False)
    assert resource_id == "a"
    assert "namespace" not in outputs["metadata"]
    assert provider.read(DEV, urn(obj), resource_id, inputs) is not None
    again = provider.check(DEV, urn(obj), inputs, obj).inputs
    assert not provider.diff(DEV, urn(obj), resource_id, inputs, outputs, again).replaces


def test_a_creation_waits_for_its_dependencies(store: Store) -> None:
    patient = KubernetesProvider(store, patience=30.0)
    inside = {**GOOD["config"], "metadata": {"name": "a", "namespace": "custody"}}
    wanted = [(obj, patient.check(DEV, urn(obj), {}, obj).inputs) for obj in (inside, GOOD["custom"])]
    with ThreadPoolExecutor() as pool:
        waiting = [pool.submit(patient.create, DEV, urn(obj), inputs, preview=False) for obj, inputs in wanted]
        create(patient, GOOD["namespace"])
        create(patient, GOOD["definition"])
        assert [each.result()[0] for each in waiting] == ["custody/a", "default/first"]


def test_an_existing_object_is_refused(provider: KubernetesProvider) -> None:
    _, inputs, _ = create(provider, GOOD["config"])
    with pytest.raises(CloudError, match='configmaps "settings" already exists'):
        provider.create(DEV, urn(GOOD["config"]), inputs, preview=False)


def test_each_stack_has_its_own_cluster_unless_it_names_one(provider: KubernetesProvider) -> None:
    inputs = create(provider, GOOD["config"])[1]
    for instance in (Instance("prod", "police"), Instance("dev", "police", {"clusterIdentifier": "shared"})):
        provider.create(instance, urn(GOOD["config"]), inputs, preview=False)
    with pytest.raises(CloudError, match="already exists"):
        provider.create(
            Instance("live", "police", {"clusterIdentifier": "shared"}), urn(GOOD["config"]), inputs, preview=False
        )


def test_drift_shows_in_the_inputs(provider: KubernetesProvider, store: Store) -> None:
    obj = GOOD["deployment"]
    resource_id, inputs, outputs = create(provider, obj)
    record = store.all("kubernetes")[0]
    store.put(record.with_(outputs={**outputs, "spec": {**outputs["spec"], "replicas": 9}}))
    live = provider.read(DEV, urn(obj), resource_id, inputs)
    assert live is not None
    drifted = provider.diff(DEV, urn(obj), resource_id, live.inputs, live.outputs, inputs)
    assert dict(drifted.changes) == {"spec.replicas": "update"}


def test_an_import_reads_the_inputs_back(provider: KubernetesProvider) -> None:
    obj = GOOD["networkpolicy"]
    resource_id, inputs, _ = create(provider, obj)
    live = provider.read(DEV, urn(obj), resource_id, {})
    assert live is not None
    assert live.inputs == inputs
    assert provider.read(DEV, urn(obj), "default/nobody", {}) is None


def test_a_planned_fault_fails_once(provider: KubernetesProvider, store: Store) -> None:
    store.plan_fault(Fault("kubernetes:core/v1:ConfigMap", "create", "TooManyRequests", "try again later"))
    inputs = provider.check(DEV, urn(GOOD["config"]), {}, GOOD["config"]).inputs
    with pytest.raises(CloudError) as fault:
        provider.create(DEV, urn(GOOD["config"]), inputs, preview=False)
    assert fault.value.retryable
    assert provider.create(DEV, urn(GOOD["config"]), inputs, preview=False)[0] == "default/settings"


def test_the_predicted_id_is_the_created_one(provider: KubernetesProvider) -> None:
    for name in ("config", "clusterrole"):
        resource_id, inputs, _ = create(provider, GOOD[name])
        assert provider.expected_id(DEV, urn(GOOD[name]), inputs) == resource_id


def test_add_on_kinds_are_known_and_validated(provider: KubernetesProvider) -> None:
    certificate = {
        "apiVersion": "cert-manager.io/v1",
        "kind": "Certificate",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {"secretName": "web-tls", "dnsNames": ["web.example.org"], "issuerRef": {"name": "force"}},
    }
    assert create(provider, certificate)[0] == "default/web"
    wrong = {**certificate, "spec": {**certificate["spec"], "dnsName": "web.example.org"}}
    (failure,) = provider.check(DEV, urn(wrong), {}, wrong).failures
    assert failure.path == "spec.dnsName"
    assert "dnsNames" in failure.reason


def test_manifests_are_decoded(provider: KubernetesProvider) -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {day: 2026-01-31}\n---\n# nothing\n---\nkind: Lonely\n"
    result = provider.invoke(DEV, "kubernetes:yaml:decode", {"text": text, "defaultNamespace": "custody"})["result"]
    assert result == [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "a", "namespace": "custody"},
            "data": {"day": "2026-01-31"},
        }
    ]
    with pytest.raises(CloudError, match="line 1, column"):
        provider.invoke(DEV, "kubernetes:yaml:decode", {"text": "a: [b"})
    with pytest.raises(CloudError, match="not rehearsed"):
        provider.invoke(DEV, "kubernetes:kustomize:directory", {})


def test_a_programs_own_kubeconfig_reaches_no_cluster(provider: KubernetesProvider) -> None:
    instance = Instance("dev", "police", {"kubeconfig": "/nowhere/kubeconfig"})
    inputs = provider.check(instance, urn(GOOD["config"]), {}, GOOD["config"]).inputs
    assert provider.create(instance, urn(GOOD["config"]), inputs, preview=False)[0] == "default/settings"


def test_a_volume_mounted_at_two_paths_is_no_drift(provider: KubernetesProvider) -> None:
    obj = copy.deepcopy(GOOD["deployment"])
    pod = obj["spec"]["template"]["spec"]
    pod["volumes"] = [{"name": "work", "emptyDir": {}}]
    pod["containers"][0]["volumeMounts"] = [
        {"name": "work", "mountPath": "/tmp", "subPath": "tmp"},
        {"name": "work", "mountPath": "/logs", "subPath": "logs"},
    ]
    resource_id, inputs, _ = create(provider, obj)
    live = provider.read(DEV, urn(obj), resource_id, inputs)
    assert live is not None
    assert provider.diff(DEV, urn(obj), resource_id, live.inputs, live.outputs, inputs).changes == {}
