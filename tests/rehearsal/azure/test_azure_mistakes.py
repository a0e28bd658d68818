"""Single mistakes, each refused with the right error."""

import pytest
import yaml
from azure_estate import HERE, INSTANCE, RESOURCES, Estate, changed, urn

from bluelamp.rehearsal.azure import AzureProvider
from bluelamp.rehearsal.provider import CloudError
from bluelamp.rehearsal.store import Store
from bluelamp.rehearsal.values import Secret

MISTAKES = yaml.safe_load((HERE / "mistakes.yaml").read_text())
BY_NAME = {one["name"]: one for one in RESOURCES}


@pytest.fixture(scope="module")
def estate():
    built = Estate(AzureProvider(Store(":memory:")))
    for resource in [*RESOURCES, {"name": "rg2", "type": "resources:ResourceGroup", "inputs": {"location": "uksouth"}}]:
        built.build(resource)
    return built


def broken(estate, mistake):
    resource = BY_NAME[mistake["in"]]
    inputs = resource["inputs"]
    for path, value in {mistake["path"]: mistake["to"], **mistake.get("also", {})}.items():
        inputs = changed(inputs, path, value)
    return urn(resource["type"], "mistake"), estate.resolve(inputs)


def test_there_are_many():
    assert len(MISTAKES) >= 60


@pytest.mark.parametrize(
    "mistake", [one for one in MISTAKES if "code" not in one], ids=lambda one: f"{one['in']}.{one['path']}"
)
def test_a_mistake_is_refused_by_check(estate, mistake):
    where, inputs = broken(estate, mistake)
    failures = estate.cloud.check(INSTANCE, where, {}, inputs).failures
    at = mistake.get("at", mistake["path"])
    reasons = [one.reason for one in failures if one.path == at]
    assert reasons, f"expected a failure at {at}: {failures}"
    for word in mistake["says"]:
        assert any(word in reason for reason in reasons), f"{word!r} not in {reasons}"


@pytest.mark.parametrize(
    "mistake", [one for one in MISTAKES if "code" in one], ids=lambda one: f"{one['in']}.{one['path']}"
)
def test_a_mistake_is_refused_by_the_cloud(estate, mistake):
    where, inputs = broken(estate, mistake)
    before = estate.cloud._store.count()
    checked = estate.cloud.check(INSTANCE, where, {}, inputs)
    assert not checked.failures
    with pytest.raises(CloudError) as refused:
        estate.cloud.create(INSTANCE, where, checked.inputs, preview=False)
    assert refused.value.code == mistake["code"]
    for word in mistake["says"]:
        assert word in refused.value.message
    assert estate.cloud._store.count() == before


def test_every_mistake_is_said_at_once(estate):
    inputs = {
        "resourceGroupName": "rg",
        "addresSpace": {},
        "location": "uksuoth",
        "tags": [],
        "virtualNetworkName": "-x-",
    }
    failures = estate.cloud.check(INSTANCE, urn("network:VirtualNetwork", "v"), {}, inputs).failures
    assert {one.path for one in failures} >= {"addresSpace", "location", "tags", "virtualNetworkName"}


def test_a_secret_is_never_repeated(estate):
    secret = Secret("Hush-Hush-42")
    for kind, inputs in [
        (
            "storage:StorageAccount",
            {"accountName": secret, "location": secret, "kind": secret, "sku": {"name": secret}},
        ),
        ("network:Subnet", {"virtualNetworkName": "v", "addressPrefix": secret}),
        ("sql:Server", {"administratorLoginPassword": Secret(7), "serverName": secret}),
    ]:
        failures = estate.cloud.check(INSTANCE, urn(kind, "x"), {}, {"resourceGroupName": "rg", **inputs}).failures
        assert "Hush" not in repr(failures)
