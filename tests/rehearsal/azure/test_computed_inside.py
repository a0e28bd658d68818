"""Values that a service computes inside objects from the program."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import pytest

from bluelamp.rehearsal.azure import AzureProvider
from bluelamp.rehearsal.azure.computed import with_computed
from bluelamp.rehearsal.provider import Instance
from bluelamp.rehearsal.sdk.schema import Catalogue
from bluelamp.rehearsal.store import Store

INSTANCE = Instance("dev", "p", {"subscriptionId": "11111111-1111-1111-1111-111111111111", "location": "uksouth"})


@pytest.fixture
def provider() -> Iterator[AzureProvider]:
    with closing(Store(":memory:")) as store:
        made = AzureProvider(store)
        create(made, "resources:ResourceGroup", {"resourceGroupName": "g"})
        yield made


def create(provider: AzureProvider, type_: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    urn = f"urn:pulumi:dev::p::azure-native:{type_}::it"
    checked = provider.check(INSTANCE, urn, {}, inputs)
    assert not checked.failures
    resource_id, outputs = provider.create(INSTANCE, urn, checked.inputs, preview=False)
    assert provider.update(INSTANCE, urn, resource_id, outputs, checked.inputs, preview=False) == outputs
    return {**outputs, "id": resource_id}


def test_a_public_address_has_a_name_from_its_label(provider: AzureProvider) -> None:
    def address(name: str, **more: Any) -> dict[str, Any]:
        return create(
            provider, "network:PublicIPAddress", {"resourceGroupName": "g", "publicIpAddressName": name, **more}
        )

    assert address("a", dnsSettings={"domainNameLabel": "police"})["dnsSettings"] == {
        "domainNameLabel": "police",
        "fqdn": "police.uksouth.cloudapp.azure.com",
    }
    assert "dnsSettings" not in address("b")


def test_a_container_group_has_an_address_on_request(provider: AzureProvider) -> None:
    container = {"name": "c", "image": "i", "resources": {"requests": {"cpu": 1.0, "memoryInGB": 1.0}}}

    def group(name: str, **more: Any) -> dict[str, Any]:
        given = {"resourceGroupName": "g", "containerGroupName": name, "osType": "Linux", "containers": [container]}
        return create(provider, "containerinstance:ContainerGroup", given | more)

    requested = {"type": "Public", "ports": [{"port": 80}]}
    public = group("a", ipAddress={**requested, "dnsNameLabel": "police"})["ipAddress"]
    assert public["ip"].startswith("20.")
    assert public["fqdn"] == "police.uksouth.azurecontainer.io"
    assert group("b", ipAddress=requested)["ipAddress"]["ip"] != public["ip"]
    assert "ipAddress" not in group("c")


def test_a_container_app_has_a_name_in_its_environments_domain(provider: AzureProvider) -> None:
    given = {"resourceGroupName": "g"}
    environment = create(provider, "app:ManagedEnvironment", given | {"environmentName": "env"})
    app = create(
        provider,
        "app:ContainerApp",
        given
        | {
            "containerAppName": "app",
            "environmentId": environment["id"],
            "configuration": {"ingress": {"external": True, "targetPort": 80}},
        },
    )
    assert app["configuration"]["ingress"]["fqdn"] == f"app.{environment['defaultDomain']}"


@pytest.mark.parametrize(
    ("type_", "given", "path"),
    [
        ("iothub:IotHubResource", {"properties": {"comments": "x"}}, "properties.hostName"),
        ("network:LoadBalancer", {"probes": [{"name": "p", "port": 80}]}, "probes.0.type"),
        (
            "compute:VirtualMachine",
            {"storageProfile": {"dataDisks": [{"lun": 0}]}},
            "storageProfile.dataDisks.0.diskIOPSReadWrite",
        ),
        ("cognitiveservices:Account", {"properties": {"customSubDomainName": "x"}}, "properties.internalId"),
    ],
)
def test_a_value_that_is_always_computed_in_an_object_is_there(type_: str, given: dict[str, Any], path: str) -> None:
    shape = Catalogue("azure-native").resource(f"azure-native:{type_}")
    found: Any = with_computed(shape.outputs, shape.inputs, given, given, "/x")
    assert found == with_computed(shape.outputs, shape.inputs, given, given, "/x")
    for step in path.split("."):
        found = found[int(step)] if step.isdigit() else found[step]
    assert found is not None


def test_a_reference_and_a_not_yet_created_object_get_nothing() -> None:
    shape = Catalogue("azure-native").resource("azure-native:cognitiveservices:Account")
    found = with_computed(shape.outputs, shape.inputs, {"properties": {"x": 1}}, {"properties": {"x": 1}}, "/x")
    assert "deletionDate" not in found["properties"]
    balancer = Catalogue("azure-native").resource("azure-native:network:LoadBalancer")
    given = {"frontendIPConfigurations": [{"name": "f", "subnet": {"id": "/s"}}]}
    found = with_computed(balancer.outputs, balancer.inputs, given, given, "/x")
    assert found["frontendIPConfigurations"][0]["subnet"] == {"id": "/s"}
