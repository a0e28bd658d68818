"""The provider with a real API server, by server-side apply."""

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bluelamp.rehearsal.kubernetes import KubernetesProvider
from bluelamp.rehearsal.kubernetes.api import Api
from bluelamp.rehearsal.provider import CloudError, Instance
from bluelamp.rehearsal.store import Fault, Store
from bluelamp.rehearsal.values import UNKNOWN, Secret

pytestmark = pytest.mark.cluster
DEV = Instance("dev", "police")
TOKENS = {
    "ConfigMap": "core/v1:ConfigMap",
    "Secret": "core/v1:Secret",
    "Pod": "core/v1:Pod",
    "Service": "core/v1:Service",
    "Namespace": "core/v1:Namespace",
    "Deployment": "apps/v1:Deployment",
    "ResourceQuota": "core/v1:ResourceQuota",
    "CustomResourceDefinition": "apiextensions.k8s.io/v1:CustomResourceDefinition",
}
Make = Callable[..., tuple[str, dict[str, Any], dict[str, Any]]]


def test_one_worker_runs_all_tests_of_the_server(cluster: Path, request: pytest.FixtureRequest) -> None:
    assert cluster.is_file()
    assert "PYTEST_XDIST_WORKER" not in os.environ or request.node.nodeid.endswith("@cluster")


def urn(kind: str, name: str = "it") -> str:
    return f"urn:pulumi:dev::police::kubernetes:{TOKENS.get(kind, kind)}::{name}"


@pytest.fixture(scope="module")
def store() -> Store:
    return Store(":memory:")


@pytest.fixture(scope="module")
def provider(cluster: Path, store: Store) -> KubernetesProvider:
    return KubernetesProvider(store, cluster, patience=2.0)


@pytest.fixture(scope="module")
def make(provider: KubernetesProvider) -> Make:
    def make(token: str, **inputs: Any) -> tuple[str, dict[str, Any], dict[str, Any]]:
        checked = provider.check(DEV, urn(token), {}, inputs)
        assert not checked.failures
        resource_id, outputs = provider.create(DEV, urn(token), checked.inputs, preview=False)
        return resource_id, checked.inputs, outputs

    return make


@pytest.fixture(scope="module")
def namespace(provider: KubernetesProvider, make: Make) -> Iterator[str]:
    name = f"test-{uuid.uuid4().hex[:8]}"
    resource_id, _, outputs = make(
        "Namespace", metadata={"name": name, "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}
    )
    yield name
    provider.delete(DEV, urn("Namespace"), resource_id, outputs)
    assert provider.read(DEV, urn("Namespace"), resource_id, {}) is None


def test_the_lifecycle_of_an_object(provider: KubernetesProvider, make: Make, namespace: str, cluster: Path) -> None:
    resource_id, inputs, outputs = make(
        "ConfigMap", metadata={"name": "settings", "namespace": namespace}, data={"level": "info"}
    )
    assert resource_id == f"{namespace}/settings"
    assert outputs["metadata"]["uid"]
    live = Api(cluster).request("GET", f"/api/v1/namespaces/{namespace}/configmaps/settings")
    assert [each["manager"] for each in live["metadata"]["managedFields"]] == ["bluelamp"]

    with pytest.raises(CloudError, match='configmaps "settings" already exists'):
        provider.create(DEV, urn("ConfigMap"), inputs, preview=False)

    changed = {**inputs, "data": {"level": "debug"}}
    preview = provider.update(DEV, urn("ConfigMap"), resource_id, outputs, changed, preview=True)
    assert preview["data"] == {"level": "debug"}
    unchanged = provider.read(DEV, urn("ConfigMap"), resource_id, inputs)
    assert unchanged is not None
    assert unchanged.inputs == inputs

    after = provider.update(DEV, urn("ConfigMap"), resource_id, outputs, changed, preview=False)
    assert after["metadata"]["uid"] == outputs["metadata"]["uid"]
    provider.delete(DEV, urn("ConfigMap"), resource_id, after)
    assert provider.read(DEV, urn("ConfigMap"), resource_id, changed) is None
    provider.delete(DEV, urn("ConfigMap"), resource_id, after)


def test_a_preview_is_a_dry_run_on_the_server(provider: KubernetesProvider, namespace: str) -> None:
    inputs = provider.check(
        DEV,
        urn("Service"),
        {},
        {"metadata": {"name": "web", "namespace": namespace}, "spec": {"ports": [{"port": 80}]}},
    ).inputs
    resource_id, outputs = provider.create(DEV, urn("Service"), inputs, preview=True)
    assert resource_id == ""
    assert outputs["spec"]["type"] == "ClusterIP"
    assert outputs["spec"]["clusterIP"] is UNKNOWN
    assert outputs["metadata"]["uid"] is UNKNOWN
    assert provider.read(DEV, urn("Service"), f"{namespace}/web", {}) is None


def test_a_preview_allows_for_objects_of_the_same_deployment(provider: KubernetesProvider) -> None:
    wanted = {"metadata": {"name": "a", "namespace": "not-yet"}, "data": {"a": "b"}}
    inputs = provider.check(DEV, urn("ConfigMap"), {}, wanted).inputs
    assert provider.create(DEV, urn("ConfigMap"), inputs, preview=True)[1]["data"] == {"a": "b"}
    service = {"metadata": {"name": "web", "namespace": "not-yet"}, "spec": {"ports": [{"port": 80}]}}
    inputs = provider.check(DEV, urn("Service"), {}, service).inputs
    assert provider.create(DEV, urn("Service"), inputs, preview=True)[1]["spec"]["clusterIP"] is UNKNOWN
    custom = {"apiVersion": "not.yet.example.org/v1", "kind": "Case", "metadata": {"name": "a", "namespace": "default"}}
    token = "not.yet.example.org/v1:Case"
    inputs = provider.check(DEV, urn(token), {}, custom).inputs
    assert provider.create(DEV, urn(token), inputs, preview=True)[1]["kind"] == "Case"
    with pytest.raises(CloudError, match="no matches for kind"):
        provider.create(DEV, urn(token), inputs, preview=False)


def test_a_privileged_pod_is_refused_with_the_servers_message(provider: KubernetesProvider, namespace: str) -> None:
    pod = {
        "metadata": {"name": "shell", "namespace": namespace},
        "spec": {"containers": [{"name": "shell", "image": "x:1", "securityContext": {"privileged": True}}]},
    }
    checked = provider.check(DEV, urn("Pod"), {}, pod)
    assert not checked.failures
    for preview in (True, False):
        with pytest.raises(CloudError) as refusal:
            provider.create(DEV, urn("Pod"), checked.inputs, preview=preview)
        assert refusal.value.code == "Forbidden"
        assert 'violates PodSecurity "restricted:latest": privileged' in refusal.value.message
    assert provider.read(DEV, urn("Pod"), f"{namespace}/shell", {}) is None


def test_a_conflict_names_the_other_manager(
    provider: KubernetesProvider, make: Make, namespace: str, cluster: Path
) -> None:
    resource_id, inputs, outputs = make(
        "ConfigMap", metadata={"name": "shared", "namespace": namespace}, data={"a": "1"}
    )
    path = f"/api/v1/namespaces/{namespace}/configmaps/shared"
    theirs = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "shared"}, "data": {"a": "2"}}
    Api(cluster).apply(path, theirs, "gitops", dry_run=False, force=True)
    changed = {**inputs, "data": {"a": "3"}}
    with pytest.raises(CloudError) as conflict:
        provider.update(DEV, urn("ConfigMap"), resource_id, outputs, changed, preview=False)
    assert conflict.value.code == "Conflict"
    assert '"gitops"' in conflict.value.message
    assert ".data.a" in conflict.value.message
    drifted = provider.read(DEV, urn("ConfigMap"), resource_id, inputs)
    assert drifted is not None
    assert dict(provider.diff(DEV, urn("ConfigMap"), resource_id, drifted.inputs, drifted.outputs, inputs).changes) == {
        "data.a": "update-replace"
    }


def test_a_value_that_the_server_respells_is_no_drift(provider: KubernetesProvider, make: Make, namespace: str) -> None:
    hard = {"requests.cpu": "2000m", "limits.memory": "1024Mi", "pods": 5}
    resource_id, inputs, _ = make(
        "ResourceQuota", metadata={"name": "tenant", "namespace": namespace}, spec={"hard": hard}
    )
    live = provider.read(DEV, urn("ResourceQuota"), resource_id, inputs)
    assert live is not None
    assert live.inputs == inputs
    assert live.outputs["spec"]["hard"]["requests.cpu"] == "2"


def test_secrets_stay_secret(provider: KubernetesProvider, make: Make, namespace: str) -> None:
    resource_id, inputs, outputs = make(
        "Secret", metadata={"name": "token", "namespace": namespace}, stringData={"password": "hunter2"}
    )
    assert isinstance(outputs["data"], Secret)
    assert "hunter2" not in repr((inputs, outputs))
    live = provider.read(DEV, urn("Secret"), resource_id, inputs)
    assert live is not None
    assert live.inputs == inputs


def test_a_definition_and_its_resource_are_created_in_one_deployment(
    provider: KubernetesProvider, make: Make, namespace: str
) -> None:
    group = f"{uuid.uuid4().hex[:8]}.example.org"
    schema = {
        "type": "object",
        "properties": {
            "spec": {"type": "object", "properties": {"grade": {"type": "string", "enum": ["low", "high"]}}}
        },
    }
    definition_id, _, outputs = make(
        "CustomResourceDefinition",
        metadata={"name": f"cases.{group}"},
        spec={
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": "cases", "singular": "case", "kind": "Case", "listKind": "CaseList"},
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}],
        },
    )
    token = f"{group}/v1:Case"
    resource_id, inputs, _ = make(
        token,
        apiVersion=f"{group}/v1",
        kind="Case",
        metadata={"name": "a", "namespace": namespace},
        spec={"grade": "low"},
    )
    bad = {**inputs, "spec": {"grade": "lwo"}}
    with pytest.raises(CloudError, match='Unsupported value: "lwo"'):
        provider.update(DEV, urn(token), resource_id, {}, bad, preview=True)
    with pytest.raises(CloudError, match="grad"):
        provider.update(DEV, urn(token), resource_id, {}, {**inputs, "spec": {"grad": "low"}}, preview=True)
    provider.delete(DEV, urn("CustomResourceDefinition"), definition_id, outputs)
    assert provider.read(DEV, urn(token), resource_id, inputs) is None


def test_a_patch_owns_only_its_fields(provider: KubernetesProvider, make: Make, namespace: str) -> None:
    make("ConfigMap", metadata={"name": "settings", "namespace": namespace}, data={"level": "info"})
    resource_id, _inputs, outputs = make(
        "core/v1:ConfigMapPatch", metadata={"name": "settings", "namespace": namespace}, data={"extra": "yes"}
    )
    assert outputs["data"] == {"level": "info", "extra": "yes"}
    provider.delete(DEV, urn("core/v1:ConfigMapPatch"), resource_id, outputs)
    live = provider.read(DEV, urn("ConfigMap"), resource_id, {})
    assert live is not None
    assert live.outputs["data"] == {"level": "info"}


def test_faults_come_before_the_server(provider: KubernetesProvider, store: Store) -> None:
    store.plan_fault(Fault("kubernetes:core/v1:Namespace", "read", "ServiceUnavailable", "the server is busy"))
    with pytest.raises(CloudError, match="the server is busy"):
        provider.read(DEV, urn("Namespace"), "default", {})
    assert provider.read(DEV, urn("Namespace"), "default", {}) is not None


def test_an_unresponsive_server_is_named(tmp_path: Path) -> None:
    with pytest.raises(CloudError, match="is not a usable kubeconfig"):
        KubernetesProvider(Store(":memory:"), tmp_path / "missing")
    silent = tmp_path / "silent"
    silent.write_text(
        "apiVersion: v1\nkind: Config\ncurrent-context: a\n"
        "clusters: [{name: a, cluster: {server: 'http://127.0.0.1:9'}}]\n"
        "users: [{name: a, user: {}}]\ncontexts: [{name: a, context: {cluster: a, user: a}}]\n",
        encoding="utf-8",
    )
    with pytest.raises(CloudError, match=r"127\.0\.0\.1:9 does not answer"):
        KubernetesProvider(Store(":memory:"), silent)
