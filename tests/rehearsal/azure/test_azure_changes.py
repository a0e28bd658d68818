"""Changes that replace a resource, that the service refuses, and that are none."""

import pytest
from azure_estate import urn

from bluelamp.rehearsal.azure import AzureProvider
from bluelamp.rehearsal.azure.data import facts
from bluelamp.rehearsal.azure.diff import check_stored, diff
from bluelamp.rehearsal.sdk.schema import catalogue_of
from bluelamp.rehearsal.store import Record, Store
from bluelamp.rehearsal.values import UNKNOWN

REPLACED = [
    ("containerservice:ManagedCluster", {"windowsProfile": {"licenseType": "None"}}, {"windowsProfile": {"licenseType": "Windows_Server"}}),
    ("containerservice:ManagedCluster", {"networkProfile": {"serviceCidrs": ["10.0.0.0/16"]}}, {"networkProfile": {"serviceCidrs": ["10.1.0.0/16"]}}),
    ("sql:Server", {"administrators": {"login": "a"}}, {"administrators": {"login": "b"}}),
    ("dbforpostgresql:Server", {"backup": {"geoRedundantBackup": "Disabled"}}, {"backup": {"geoRedundantBackup": "Enabled"}}),
    ("web:WebApp", {"siteConfig": {"vnetName": "a"}}, {"siteConfig": {"vnetName": "b"}}),
    ("app:ManagedEnvironment", {"vnetConfiguration": {"internal": False}}, {"vnetConfiguration": {"internal": True}}),
    ("purview:Account", {"managedResourceGroupName": "a"}, {"managedResourceGroupName": "b"}),
    ("storage:StorageAccount", {"location": "uksouth"}, {"location": "ukwest"}),
    ("network:VirtualNetwork", {"location": "uksouth"}, {"location": "ukwest"}),
    ("storage:StorageAccount", {}, {"isHnsEnabled": True}),
]  # fmt: skip

UPDATED = [
    ("containerservice:ManagedCluster", {"networkProfile": {"loadBalancerSku": "basic"}}, {"networkProfile": {"loadBalancerSku": "standard"}}),
    ("servicebus:Namespace", {"zoneRedundant": False}, {"zoneRedundant": True}),
    ("keyvault:Key", {"properties": {"keySize": 2048}}, {"properties": {"keySize": 4096}}),
    ("web:WebApp", {"siteConfig": {"vnetName": "a"}}, {"siteConfig": {}}),
    ("web:AppServicePlan", {"reserved": True}, {}),
]  # fmt: skip

REFUSED = [
    ("containerservice:AgentPool", {"availabilityZones": ["1", "2"]}, {"availabilityZones": ["1"]}, "PropertyChangeNotAllowed"),
    ("network:RouteTable", {"location": "uksouth"}, {"location": "ukwest"}, "InvalidResourceLocation"),
    ("storage:StorageAccount", {"immutableStorageWithVersioning": {"enabled": False}}, {"immutableStorageWithVersioning": {"enabled": True}}, "AccountPropertyCannotBeUpdated"),
    ("network:PrivateEndpoint", {"privateLinkServiceConnections": [{"groupIds": ["blob"]}]}, {"privateLinkServiceConnections": [{"groupIds": ["dfs"]}]}, "PropertyChangeNotAllowed"),
]  # fmt: skip

TAKEN = [
    ("network:VirtualNetworkPeering", {"remoteVirtualNetwork": {"id": "/a/B"}}, {"remoteVirtualNetwork": {"id": "/A/b"}}),
    ("network:VirtualNetworkPeering", {"remoteVirtualNetwork": {"id": "/a"}}, {"remoteVirtualNetwork": {"id": UNKNOWN}}),
    ("storage:StorageAccount", {}, {"enableNfsV3": False}),
    ("containerregistry:Registry", {"zoneRedundancy": "Enabled"}, {}),
    ("network:VirtualNetwork", {"location": "uksouth"}, {"location": "UK South"}),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "old", "new"), REPLACED)
def test_a_create_only_property_of_azure_native_replaces(type_, old, new):
    assert diff(f"azure-native:{type_}", old, new).replaces


@pytest.mark.parametrize(("type_", "old", "new"), UPDATED)
def test_a_mutable_property_of_azure_native_does_not_replace(type_, old, new):
    found = diff(f"azure-native:{type_}", old, new)
    assert found.changes
    assert not found.replaces


def test_a_create_only_property_with_the_value_that_azure_reports_is_no_replacement():
    token = "azure-native:web:AppServicePlan"
    assert not diff(token, {}, {"reserved": True}, old_outputs={"reserved": True}).replaces
    assert diff(token, {}, {"reserved": True}, old_outputs={"reserved": False}).replaces
    assert diff(token, {}, {"reserved": UNKNOWN}, old_outputs={"reserved": UNKNOWN}).replaces


def _faults(type_, old, new):
    store, found = Store(":memory:"), "/subscriptions/s/resourceGroups/g/providers/X/y/z"
    store.add(Record(found, AzureProvider.package, f"azure-native:{type_}", urn(type_, "z"), old, {}))
    return list(check_stored(store, f"azure-native:{type_}", found, new))


@pytest.mark.parametrize(("type_", "old", "new", "code"), REFUSED)
def test_a_property_immutable_only_in_the_service_is_refused(type_, old, new, code):
    assert not diff(f"azure-native:{type_}", old, new).replaces
    assert [fault.code for fault in _faults(type_, old, new)] == [code]


@pytest.mark.parametrize(("type_", "old", "new"), TAKEN)
def test_a_change_that_the_service_ignores_is_not_refused(type_, old, new):
    assert not _faults(type_, old, new)


def test_every_row_names_properties_of_its_type_and_a_source():
    catalogue = catalogue_of(AzureProvider.package, ())
    for token, row in facts("immutable").items():
        assert row.keys() <= {"replaces", "refused", "source"}
        assert row["source"], token
        if token.endswith(":*"):
            continue
        for path in [*row.get("replaces", ()), *row.get("refused", ())]:
            shape = catalogue.resource(token).inputs
            for step in path.split("."):
                assert shape is not None, (token, path)
                assert step in shape.properties, (token, path)
                one = shape.properties[step].shape
                shape = (one.item if one.kind == "array" and one.item else one).object


def test_no_property_both_replaces_and_is_refused():
    for token, row in facts("immutable").items():
        assert not {*row.get("replaces", ())} & {*row.get("refused", ())}, token


def test_a_moved_network_is_replaced_and_other_changes_in_its_module_are_refused():
    where = {"location": "uksouth"}, {"location": "ukwest"}
    assert not _faults("network:VirtualNetwork", *where)
    assert [fault.code for fault in _faults("network:LoadBalancer", *where)] == ["InvalidResourceLocation"]
