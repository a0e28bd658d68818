"""Objects that the embedded API server accepts and refuses."""

from typing import Any

import pytest

from bluelamp.rehearsal.kubernetes import KubernetesProvider
from bluelamp.rehearsal.kubernetes.schema import Schema
from bluelamp.rehearsal.provider import CloudError
from bluelamp.rehearsal.store import Store
from bluelamp.rehearsal.values import UNKNOWN
from tests.rehearsal.kubernetes.kubernetes_objects import BROKEN, DEV, GOOD, broken, urn


@pytest.fixture
def provider() -> KubernetesProvider:
    """A cluster with the one definition of the objects."""
    found = KubernetesProvider(Store(":memory:"), patience=0.0)
    create(found, GOOD["definition"])
    return found


def create(provider: KubernetesProvider, obj: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    checked = provider.check(DEV, urn(obj), {}, obj)
    assert not checked.failures
    return provider.create(DEV, urn(obj), checked.inputs, preview=False)


@pytest.mark.parametrize("name", [name for name in GOOD if name != "definition"])
def test_a_valid_object_is_accepted(provider: KubernetesProvider, name: str) -> None:
    resource_id, outputs = create(provider, GOOD[name])
    assert resource_id.endswith(GOOD[name]["metadata"]["name"])
    assert outputs["metadata"]["uid"]


@pytest.mark.parametrize(
    "mistake", BROKEN, ids=[f"{each['of']}-{each['at']}-{index}" for index, each in enumerate(BROKEN)]
)
def test_a_mistake_is_refused(provider: KubernetesProvider, mistake: dict[str, Any]) -> None:
    obj = broken(mistake)
    checked = provider.check(DEV, urn(obj), {}, obj)
    if mistake["at"]:
        assert [failure.path for failure in checked.failures] == [mistake["at"]]
        assert mistake["says"] in checked.failures[0].reason
    else:
        assert not checked.failures
        with pytest.raises(CloudError) as refusal:
            provider.create(DEV, urn(obj), checked.inputs, preview=False)
        assert mistake["says"] in refusal.value.message


def test_every_mistake_is_reported_at_once(provider: KubernetesProvider) -> None:
    obj = {"metadata": {"name": "Bad Name"}, "spec": {"type": "Nope", "port": [], "ports": [{"port": "http"}]}}
    checked = provider.check(DEV, "urn:pulumi:dev::police::kubernetes:core/v1:Service::it", {}, obj)
    assert {failure.path for failure in checked.failures} == {
        "metadata.name",
        "spec.type",
        "spec.port",
        "spec.ports[0].port",
    }


@pytest.mark.parametrize(
    ("forms", "wrong"),
    [
        ({"not": {"required": ["a"]}}, {"a": 1}),
        ({"not": {"properties": {"a": {"enum": [1]}}}}, {"a": 1}),
        ({"oneOf": [{"properties": {"a": {"enum": [1]}}}, {"properties": {"a": {"minimum": 1}}}]}, {"a": 1}),
        ({"anyOf": [{"properties": {"a": {"enum": [2]}}}, {"properties": {"a": {"minimum": 2}}}]}, {"a": 1}),
    ],
)
def test_an_unknown_value_is_not_validated(forms: dict[str, Any], wrong: dict[str, Any]) -> None:
    schema = Schema({"type": "object", "properties": {"a": {"type": "integer"}}, **forms}, {})
    assert [each.path for each in schema.failures(wrong)] == [""]
    assert list(schema.failures({"a": UNKNOWN})) == []


def test_a_secret_is_never_shown(provider: KubernetesProvider) -> None:
    obj = {"metadata": {"name": "s"}, "data": {"password": "hunter2 in the clear"}}
    checked = provider.check(DEV, "urn:pulumi:dev::police::kubernetes:core/v1:Secret::it", {}, obj)
    assert checked.failures
    assert "hunter2" not in repr(checked)


@pytest.mark.parametrize(
    ("token", "message"),
    [
        ("kubernetes:helm.sh/v3:Release", "declare its objects"),
        ("kubernetes:yaml/v2:ConfigFile", "use kubernetes.yaml.ConfigFile"),
        ("kubernetes:core/v1:ConfigMapList", "declare each ConfigMap"),
        ("kubernetes:policy/v1beta1:PodSecurityPolicy", "no matches for kind"),
    ],
)
def test_an_unsupported_type_is_reported(provider: KubernetesProvider, token: str, message: str) -> None:
    checked = provider.check(DEV, f"urn:pulumi:dev::police::{token}::it", {}, {"metadata": {"name": "it"}})
    assert message in checked.failures[0].reason
