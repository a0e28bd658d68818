"""Every resource of the estate through check, create, read, diff, update and delete."""

import pytest
from azure_estate import INSTANCE, RESOURCES, Estate, changed, urn

from bluelamp.rehearsal.azure import AzureProvider
from bluelamp.rehearsal.provider import CloudError, Instance
from bluelamp.rehearsal.store import Store
from bluelamp.rehearsal.values import UNKNOWN, Secret, has_unknown, plain


@pytest.fixture(scope="module")
def estate():
    built = Estate(AzureProvider(Store(":memory:")))
    for resource in RESOURCES:
        built.build(resource)
    return built


by_name = pytest.mark.parametrize("resource", RESOURCES, ids=[one["type"] for one in RESOURCES])


def test_the_estate_has_many_types():
    assert len({one["type"] for one in RESOURCES}) >= 40


@by_name
def test_a_created_resource_has_an_arm_id_and_reads_back(estate, resource):
    name = resource["name"]
    found = estate.ids[name]
    assert found.startswith("/")
    assert found.rpartition("/")[2]
    live = estate.cloud.read(INSTANCE, urn(resource["type"], name), found, {})
    assert live is not None
    assert live.outputs == estate.outputs[name]
    assert live.inputs == estate.inputs[name]
    assert not has_unknown(live.outputs)


@by_name
def test_checking_again_changes_nothing(estate, resource):
    name, where = resource["name"], urn(resource["type"], resource["name"])
    again = estate.cloud.check(INSTANCE, where, estate.inputs[name], estate.resolve(resource["inputs"]))
    assert not again.failures
    assert again.inputs == estate.inputs[name]
    diff = estate.cloud.diff(INSTANCE, where, estate.ids[name], estate.inputs[name], estate.outputs[name], again.inputs)
    assert not diff.changes


@by_name
def test_a_preview_knows_the_inputs_and_no_id(estate, resource):
    name = resource["name"]
    found, outputs = estate.cloud.create(INSTANCE, urn(resource["type"], name), estate.inputs[name], preview=True)
    assert found == ""
    assert outputs
    for key, value in outputs.items():
        if value is not UNKNOWN and not has_unknown(value):
            assert plain(value) == plain(estate.inputs[name].get(key)), key


def compared(estate, resource, change):
    """The resource's inputs with its own change, checked, and the difference from its present ones."""
    name, where = resource["name"], urn(resource["type"], resource["name"])
    [(path, value)] = resource[change].items()
    new = estate.resolve(changed(resource["inputs"], path, value))
    checked = estate.cloud.check(INSTANCE, where, estate.inputs[name], new)
    assert not checked.failures
    diff = estate.cloud.diff(
        INSTANCE, where, estate.ids[name], estate.inputs[name], estate.outputs[name], checked.inputs
    )
    return checked, diff


@pytest.mark.parametrize("resource", [one for one in RESOURCES if "update" in one], ids=lambda one: one["type"])
def test_a_change_is_an_update_in_place(estate, resource):
    name, where = resource["name"], urn(resource["type"], resource["name"])
    [path] = resource["update"]
    checked, diff = compared(estate, resource, "update")
    assert diff.changes
    assert not diff.replaces
    assert all(one == path or one.startswith((path, path.rpartition(".")[0])) for one in diff.changes), diff.changes
    ignored = estate.cloud.diff(
        INSTANCE,
        where,
        estate.ids[name],
        estate.inputs[name],
        estate.outputs[name],
        checked.inputs,
        [path.split(".")[0].split("[")[0]],
    )
    assert not ignored.changes
    updated = estate.cloud.update(
        INSTANCE, where, estate.ids[name], estate.outputs[name], checked.inputs, preview=False
    )
    live = estate.cloud.read(INSTANCE, where, estate.ids[name], {})
    assert live is not None
    assert live.outputs == updated
    estate.cloud.update(INSTANCE, where, estate.ids[name], updated, estate.inputs[name], preview=False)


@pytest.mark.parametrize("resource", [one for one in RESOURCES if "replace" in one], ids=lambda one: one["type"])
def test_a_create_only_change_replaces(estate, resource):
    name = resource["name"]
    _, diff = compared(estate, resource, "replace")
    assert diff.replaces
    made_up = bool(estate.inputs[name].get("__createBeforeDelete"))
    assert diff.delete_before_replace is not made_up


@pytest.mark.parametrize("resource", [one for one in RESOURCES if "refuse" in one], ids=lambda one: one["type"])
def test_a_change_that_only_the_service_refuses_fails_the_update(estate, resource):
    name, where = resource["name"], urn(resource["type"], resource["name"])
    [(path, value)] = resource["refuse"].items()
    new = estate.resolve(changed(resource["inputs"], path, value))
    checked = estate.cloud.check(INSTANCE, where, estate.inputs[name], new)
    assert not checked.failures
    known = (INSTANCE, where, estate.ids[name])
    assert not estate.cloud.diff(*known, estate.inputs[name], estate.outputs[name], checked.inputs).replaces
    for preview in (True, False):
        with pytest.raises(CloudError, match=f"^{resource['code']}: .*'{path.split('.')[0]}.*replaceOnChanges"):
            estate.cloud.update(*known, estate.outputs[name], checked.inputs, preview=preview)


@by_name
def test_the_id_can_be_predicted(estate, resource):
    name = resource["name"]
    assert estate.cloud.expected_id(INSTANCE, urn(resource["type"], name), estate.inputs[name]) == estate.ids[name]


def test_secrets_stay_secret(estate):
    assert isinstance(estate.outputs["secret"]["properties"]["value"], Secret)
    live = estate.cloud.read(INSTANCE, urn("keyvault:Secret", "secret"), estate.ids["secret"], {})
    assert isinstance(live.outputs["properties"]["value"], Secret)
    assert "hunter2" not in repr(live)


def test_computed_outputs_are_plausible(estate):
    out = estate.outputs
    assert out["kv"]["properties"]["vaultUri"] == "https://kv-police-rehearsal.vault.azure.net/"
    assert out["st"]["primaryEndpoints"]["blob"] == "https://stpolicerehearsal.blob.core.windows.net/"
    assert out["nic"]["ipConfigurations"][0]["privateIPAddress"] == "10.16.1.4"
    assert out["pe"]["customDnsConfigs"] == [
        {"fqdn": "kv-police-rehearsal.vault.azure.net", "ipAddresses": ["10.16.1.5"]}
    ]
    assert out["afw"]["ipConfigurations"][0]["privateIPAddress"] == "10.16.0.4"
    assert out["app"]["defaultHostName"] == "app-police-rehearsal.azurewebsites.net"
    assert out["acr"]["loginServer"] == "crpolicerehearsal.azurecr.io"
    assert out["vnet"]["location"] == "uksouth"
    assert out["vnet"]["type"] == "Microsoft.Network/virtualNetworks"
    assert out["vnet"]["provisioningState"] == "Succeeded"
    assert len(out["log"]["customerId"]) == 36
    assert out["dce"]["logsIngestion"]["endpoint"].startswith("https://dce-police-")
    assert out["dce"]["logsIngestion"]["endpoint"].endswith(".uksouth-1.ingest.monitor.azure.com")
    assert out["amw"]["metrics"]["internalId"] == f"mac_{out['amw']['accountId']}"
    assert out["amw"]["metrics"]["prometheusQueryEndpoint"].endswith(".uksouth.prometheus.monitor.azure.com")
    managed = out["amw"]["defaultIngestionSettings"]["dataCollectionRuleResourceId"]
    assert "/resourceGroups/MA_amw-police_uksouth_managed/" in managed
    assert out["vm"]["identity"]["principalId"]
    assigned = out["aks"]["identity"]["userAssignedIdentities"]
    assert assigned[estate.ids["uami"]]["principalId"] == out["uami"]["principalId"]


def test_destroying_in_reverse_order_empties_the_cloud():
    store = Store(":memory:")
    built = Estate(AzureProvider(store))
    for resource in RESOURCES:
        built.build(resource)
    for resource in reversed(RESOURCES):
        built.cloud.delete(INSTANCE, urn(resource["type"], resource["name"]), built.ids[resource["name"]], {})
    assert store.count() == 0


def test_deleting_a_resource_group_deletes_its_content(estate):
    store = Store(":memory:")
    cloud = AzureProvider(store)
    built = Estate(cloud)
    for resource in RESOURCES[:6]:
        built.build(resource)
    cloud.delete(INSTANCE, urn("resources:ResourceGroup", "rg"), built.ids["rg"], {})
    assert [one.type for one in store.all()] == ["azure-native:management:ManagementGroup"]


def test_a_type_unknown_to_the_sdk_is_refused_with_the_nearest(estate):
    with pytest.raises(CloudError, match="VirtualNetwork'"):
        estate.cloud.check(Instance(), urn("network:VirtualNetwrk", "x"), {}, {})
