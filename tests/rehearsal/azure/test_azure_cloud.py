"""The behaviour of the rehearsed Azure over time: names, locations, networks in use, locks, faults, reads, functions."""

import pytest
from azure_estate import INSTANCE, RESOURCES, SUBSCRIPTION, Estate, urn

from bluelamp.rehearsal.azure import AzureProvider, ids
from bluelamp.rehearsal.provider import CloudError, Instance
from bluelamp.rehearsal.sdk.schema import Catalogue
from bluelamp.rehearsal.store import Fault, Store
from bluelamp.rehearsal.values import UNKNOWN, Secret

RG = {"name": "rg", "type": "resources:ResourceGroup", "inputs": {"location": "uksouth", "resourceGroupName": "rg-hub"}}


@pytest.fixture
def store():
    return Store(":memory:")


@pytest.fixture
def estate(store):
    built = Estate(AzureProvider(store))
    built.build(RG)
    return built


def build(estate, name, kind, **inputs):
    estate.build({"name": name, "type": kind, "inputs": {"resourceGroupName": "rg-hub", **inputs}})
    return estate.ids[name]


def vnet(estate, name, *prefixes):
    return build(
        estate, name, "network:VirtualNetwork", virtualNetworkName=name, addressSpace={"addressPrefixes": [*prefixes]}
    )


def subnet(estate, network, name, prefix, **more):
    return build(
        estate, name, "network:Subnet", virtualNetworkName=network, subnetName=name, addressPrefix=prefix, **more
    )


def peer(estate, name, local, remote):
    return build(
        estate,
        name,
        "network:VirtualNetworkPeering",
        virtualNetworkName=local,
        virtualNetworkPeeringName=name,
        remoteVirtualNetwork={"id": remote},
    )


def refusal(code):
    return pytest.raises(CloudError, match=f"^{code}: ")


# names and locations


def test_a_generated_name_is_kept(estate):
    where = urn("network:VirtualNetwork", "spoke")
    new = {"resourceGroupName": "rg-hub", "addressSpace": {"addressPrefixes": ["10.1.0.0/24"]}}
    first = estate.cloud.check(INSTANCE, where, {}, new).inputs
    assert first["virtualNetworkName"].startswith("spoke")
    assert len(first["virtualNetworkName"]) == len("spoke") + 8
    assert estate.cloud.check(INSTANCE, where, {}, new).inputs == first
    estate.cloud.create(INSTANCE, where, first, preview=False)
    assert estate.cloud.check(INSTANCE, where, first, new).inputs == first
    replacement = estate.cloud.check(INSTANCE, where, {}, new).inputs
    assert replacement["virtualNetworkName"] != first["virtualNetworkName"]
    moved = {**first, "location": "ukwest"}
    diff = estate.cloud.diff(INSTANCE, where, "", first, {}, moved)
    assert diff.changes == {"location": "update-replace"}
    assert not diff.delete_before_replace


def test_a_nested_resource_uses_its_logical_name(estate):
    vnet(estate, "hub", "10.0.0.0/16")
    new = {"resourceGroupName": "rg-hub", "virtualNetworkName": "hub", "addressPrefix": "10.0.0.0/24"}
    assert estate.cloud.check(INSTANCE, urn("network:Subnet", "apps"), {}, new).inputs["subnetName"] == "apps"


def test_a_role_assignment_is_named_by_a_guid(estate):
    new = {"scope": estate.ids["rg"], "principalId": "p", "roleDefinitionId": "r"}
    name = estate.cloud.check(INSTANCE, urn("authorization:RoleAssignment", "reader"), {}, new).inputs[
        "roleAssignmentName"
    ]
    assert len(name) == 36


@pytest.mark.parametrize(
    ("config", "group", "expected"),
    [
        ({}, "rg-hub", "uksouth"),
        ({"location": "ukwest"}, "rg-hub", "ukwest"),
        ({}, UNKNOWN, UNKNOWN),
        ({"location": "ukwest"}, UNKNOWN, "ukwest"),
    ],
)
def test_a_missing_location_is_the_configured_one_or_the_groups(estate, config, group, expected):
    instance = Instance("live", "estate", {"subscriptionId": SUBSCRIPTION, **config})
    new = {"resourceGroupName": group, "addressSpace": {"addressPrefixes": ["10.1.0.0/24"]}}
    checked = estate.cloud.check(instance, urn("network:VirtualNetwork", "x"), {}, new)
    assert not checked.failures
    assert checked.inputs["location"] == expected


def test_another_spelling_of_the_location_is_no_change(estate):
    diff = estate.cloud.diff(INSTANCE, urn(RG["type"], "rg"), "", {"location": "UK South"}, {}, {"location": "uksouth"})
    assert not diff.changes


# networks


def test_peered_networks_may_not_overlap(estate):
    hub, spoke = vnet(estate, "hub", "10.0.0.0/16"), vnet(estate, "spoke", "10.0.128.0/20")
    with refusal("VnetAddressSpacesOverlap"):
        peer(estate, "hub-spoke", "hub", spoke)
    one, two = vnet(estate, "one", "10.1.0.0/16"), vnet(estate, "two", "10.1.4.0/24")
    peer(estate, "hub-one", "hub", one)
    with refusal("VnetAddressSpaceOverlapsWithAlreadyPeeredVnet"):
        peer(estate, "hub-two", "hub", two)
    assert hub


def test_a_network_cannot_grow_over_its_peer(estate):
    vnet(estate, "hub", "10.0.0.0/16")
    spoke = vnet(estate, "spoke", "10.1.0.0/16")
    peer(estate, "hub-spoke", "hub", spoke)
    grown = {**estate.inputs["hub"], "addressSpace": {"addressPrefixes": ["10.0.0.0/15"]}}
    for preview in (True, False):
        with refusal("VnetAddressSpaceOverlapsWithAlreadyPeeredVnet"):
            estate.cloud.update(
                INSTANCE, urn("network:VirtualNetwork", "hub"), estate.ids["hub"], {}, grown, preview=preview
            )


def test_a_network_cannot_shrink_under_its_subnets(estate):
    hub = vnet(estate, "hub", "10.0.0.0/16")
    subnet(estate, "hub", "apps", "10.0.200.0/24")
    shrunk = {**estate.inputs["hub"], "addressSpace": {"addressPrefixes": ["10.0.0.0/20"]}}
    with refusal("InUsePrefixCannotBeDeleted"):
        estate.cloud.update(INSTANCE, urn("network:VirtualNetwork", "hub"), hub, {}, shrunk, preview=False)


def test_a_subnet_may_not_overlap_one_inside_the_network(estate):
    build(
        estate,
        "hub",
        "network:VirtualNetwork",
        virtualNetworkName="hub",
        addressSpace={"addressPrefixes": ["10.0.0.0/16"]},
        subnets=[{"name": "a", "addressPrefix": "10.0.0.0/24"}],
    )
    with refusal("NetcfgSubnetRangesOverlap"):
        subnet(estate, "hub", "b", "10.0.0.128/25")


def test_a_resource_in_use_cannot_be_deleted(estate):
    build(estate, "nsg", "network:NetworkSecurityGroup", networkSecurityGroupName="nsg")
    hub = vnet(estate, "hub", "10.0.0.0/16")
    apps = subnet(estate, "hub", "apps", "10.0.0.0/24", networkSecurityGroup={"id": estate.ids["nsg"]})
    nic = build(estate, "nic", "network:NetworkInterface", ipConfigurations=[{"name": "a", "subnet": {"id": apps}}])
    for name, kind, code in [
        ("nsg", "NetworkSecurityGroup", "InUseNetworkSecurityGroupCannotBeDeleted"),
        ("apps", "Subnet", "InUseSubnetCannotBeDeleted"),
        ("hub", "VirtualNetwork", "InUseSubnetCannotBeDeleted"),
    ]:
        with refusal(code):
            estate.cloud.delete(INSTANCE, urn(f"network:{kind}", name), estate.ids[name], {})
    estate.cloud.delete(INSTANCE, urn("network:NetworkInterface", "nic"), nic, {})
    estate.cloud.delete(INSTANCE, urn("network:VirtualNetwork", "hub"), hub, {})
    assert estate.cloud.read(INSTANCE, urn("network:Subnet", "apps"), apps, {}) is None


def test_a_lock_protects_its_scope(estate):
    estate.build(
        {
            "name": "lock",
            "type": "authorization:ManagementLockByScope",
            "inputs": {"scope": estate.ids["rg"], "lockName": "keep", "level": "CanNotDelete"},
        }
    )
    hub = vnet(estate, "hub", "10.0.0.0/16")
    with refusal("ScopeLocked"):
        estate.cloud.delete(INSTANCE, urn("network:VirtualNetwork", "hub"), hub, {})
    estate.cloud.delete(INSTANCE, urn("authorization:ManagementLockByScope", "lock"), estate.ids["lock"], {})
    estate.cloud.delete(INSTANCE, urn("network:VirtualNetwork", "hub"), hub, {})
    assert estate.cloud.read(INSTANCE, urn("network:VirtualNetwork", "hub"), hub, {}) is None


# reading, faults, functions


def test_a_drifted_property_is_read_back_and_differs(estate, store):
    build(
        estate,
        "kv",
        "keyvault:Vault",
        vaultName="kv-drift",
        properties={"tenantId": "t", "sku": {"family": "A", "name": "standard"}, "publicNetworkAccess": "Disabled"},
    )
    record = store.get(estate.ids["kv"])
    opened = {**record.inputs["properties"], "publicNetworkAccess": "Enabled"}
    store.put(
        record.with_(inputs={**record.inputs, "properties": opened}, outputs={**record.outputs, "properties": opened})
    )
    where = urn("keyvault:Vault", "kv")
    live = estate.cloud.read(INSTANCE, where, estate.ids["kv"], estate.inputs["kv"])
    diff = estate.cloud.diff(INSTANCE, where, live.id, live.inputs, live.outputs, estate.inputs["kv"])
    assert diff.changes == {"properties.publicNetworkAccess": "update"}


def test_an_import_finds_the_resource_in_any_case(estate):
    hub = vnet(estate, "hub", "10.0.0.0/16")
    live = estate.cloud.read(INSTANCE, urn("network:VirtualNetwork", "adopted"), hub.upper(), {})
    assert live.id == hub
    assert live.inputs["addressSpace"] == {"addressPrefixes": ["10.0.0.0/16"]}
    assert estate.cloud.read(INSTANCE, urn("network:VirtualNetwork", "gone"), hub + "x", {}) is None


@pytest.mark.parametrize("operation", ["create", "read", "update", "delete"])
def test_a_planned_fault_occurs_once(estate, store, operation):
    where = urn("network:RouteTable", "rt")
    build(estate, "rt", "network:RouteTable", routeTableName="rt")
    inputs = estate.cloud.check(INSTANCE, where, {}, {"resourceGroupName": "rg-hub", "routeTableName": "rt2"}).inputs
    work = {
        "create": lambda: estate.cloud.create(INSTANCE, where, inputs, preview=False),
        "read": lambda: estate.cloud.read(INSTANCE, where, estate.ids["rt"], {}),
        "update": lambda: estate.cloud.update(
            INSTANCE, where, estate.ids["rt"], {}, estate.inputs["rt"], preview=False
        ),
        "delete": lambda: estate.cloud.delete(INSTANCE, where, estate.ids["rt"], {}),
    }[operation]
    store.plan_fault(
        Fault("azure-native:network:RouteTable", operation, "TooManyRequests", "The request is being throttled.")
    )
    with pytest.raises(CloudError) as struck:
        work()
    assert struck.value.retryable
    assert struck.value.code == "TooManyRequests"
    work()


def test_a_new_resource_may_not_be_visible_at_once(estate, store):
    vnet(estate, "hub", "10.0.0.0/16")
    store.plan_fault(Fault("azure-native:network:VirtualNetwork", "reference", "ResourceNotFound", "not found yet", 2))
    for _ in range(2):
        with pytest.raises(CloudError) as unseen:
            subnet(estate, "hub", "apps", "10.0.0.0/24")
        assert unseen.value.retryable
    assert subnet(estate, "hub", "apps", "10.0.0.0/24")


def test_the_client_is_the_configured_subscription(estate):
    found = estate.cloud.invoke(INSTANCE, "azure-native:authorization:getClientConfig", {})
    assert found["subscriptionId"] == SUBSCRIPTION
    other = Instance("live", "estate", {})
    assert estate.cloud.invoke(other, "azure-native:authorization:getClientConfig", {}) == estate.cloud.invoke(
        other, "azure-native:authorization:getClientConfig", {}
    )
    assert isinstance(estate.cloud.invoke(INSTANCE, "azure-native:authorization:getClientToken", {})["token"], Secret)


def test_a_stored_resource_can_be_looked_up(estate):
    hub = vnet(estate, "hub", "10.0.0.0/16")
    found = estate.cloud.invoke(
        INSTANCE, "azure-native:network:getVirtualNetwork", {"resourceGroupName": "rg-hub", "virtualNetworkName": "hub"}
    )
    assert found["id"] == hub
    assert found["location"] == "uksouth"
    with refusal("ResourceNotFound"):
        estate.cloud.invoke(
            INSTANCE,
            "azure-native:network:getVirtualNetwork",
            {"resourceGroupName": "rg-hub", "virtualNetworkName": "none"},
        )


@pytest.mark.parametrize(
    ("token", "args"),
    [
        ("storage:listStorageAccountKeys", {"accountName": "st"}),
        ("operationalinsights:getSharedKeys", {"workspaceName": "log"}),
        ("cosmosdb:listDatabaseAccountKeys", {"accountName": "cosmos"}),
        ("redis:listRedisKeys", {"name": "redis"}),
        ("containerregistry:listRegistryCredentials", {"registryName": "acr"}),
        ("servicebus:listNamespaceKeys", {"namespaceName": "bus", "authorizationRuleName": None}),
        ("containerservice:listManagedClusterUserCredentials", {"resourceName": "aks"}),
        ("appconfiguration:listConfigurationStoreKeys", {"configStoreName": "appcs"}),
    ],
)
def test_keys_are_secret_and_stable(token, args):
    built = Estate(AzureProvider(Store(":memory:")))
    wanted = [one for one in args.values() if one]
    for resource in RESOURCES:
        if resource["name"] in {"rg", "vnet", "nsg", "routes", "subnet", "uami", *wanted}:
            built.build(resource)
    given = {key: built.outputs[value]["name"] if value else "RootManageSharedAccessKey" for key, value in args.items()}
    given["resourceGroupName"] = built.outputs["rg"]["name"]
    found = built.cloud.invoke(INSTANCE, f"azure-native:{token}", given)
    assert "Secret(" in repr(found)
    assert found == built.cloud.invoke(INSTANCE, f"azure-native:{token}", given)
    with refusal("ResourceNotFound"):
        built.cloud.invoke(
            INSTANCE, f"azure-native:{token}", given | {key: "none" for key, value in args.items() if value}
        )


def test_a_misspelt_function_is_refused_with_the_nearest(estate):
    with pytest.raises(CloudError, match="getVirtualNetwork'"):
        estate.cloud.invoke(INSTANCE, "azure-native:network:getVirtualNetwrk", {})


# every type


def test_every_type_of_the_sdk_has_a_path():
    assert set(Catalogue("azure-native").tokens()) == set(ids.tokens())


def _value(shape, depth=0):
    simple = {"string": "uksouth", "integer": 101, "number": 101, "boolean": True, "array": [], "map": {}}
    if shape.kind == "enum":
        return shape.values[0]
    if shape.kind == "union":
        return _value(shape.options[0], depth)
    if shape.kind == "object":
        known = shape.object.properties.items() if depth < 4 else ()
        return {name: one.constant or _value(one.shape, depth + 1) for name, one in known if one.required}
    return simple.get(shape.kind, "uksouth")


@pytest.mark.parametrize("turn", range(4))
def test_a_type_with_its_required_inputs_can_be_created(store, turn):
    """One in twelve of the SDK's types."""
    cloud, catalogue = AzureProvider(store), Catalogue("azure-native")
    elsewhere = Instance("live", "estate", {"subscriptionId": "elsewhere", "location": "uksouth"})
    for token in catalogue.tokens()[turn * 12 :: 48]:
        properties = catalogue.resource(token).inputs.properties
        inputs = {name: one.constant or _value(one.shape) for name, one in properties.items() if one.required}
        inputs |= {
            name: "/subscriptions/other"
            for name in ("scope", "resourceUri", "resourceId")
            if isinstance(inputs.get(name), str)
        }
        where = f"urn:pulumi:live::estate::{token}::thing"
        checked = cloud.check(elsewhere, where, {}, inputs)
        shaped = [one for one in checked.failures if "property" in one.reason or "expected" in one.reason]
        assert not shaped, token
        assert cloud.create(elsewhere, where, checked.inputs, preview=True)[1], token
        found = cloud.expected_id(elsewhere, where, checked.inputs)
        assert found, token
        assert "{" not in found
        assert found.startswith("/")
