"""The work for one resource does not grow with the size of the cloud."""

import pytest
from azure_estate import INSTANCE, SUBSCRIPTION, urn

from bluelamp.rehearsal.azure import AzureProvider
from bluelamp.rehearsal.store import Record, Store

_GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
_EACH = 50  # SQLite virtual machine instructions between two counts


def _counts(others: int, steps) -> int:
    """How often SQLite counts `_EACH` instructions during `steps` in a cloud with that many other networks."""
    store = Store(":memory:")
    cloud = AzureProvider(store)
    group = {"resourceGroupName": "rg", "location": "uksouth"}
    store.add(Record(_GROUP, "azure-native", "azure-native:resources:ResourceGroup", "", group, group))
    for number in range(others):
        path = f"{_GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-{number}"
        store.add(Record(path, "azure-native", "azure-native:network:VirtualNetwork", "", group, group, _GROUP))
    counted = [0]

    def count() -> int:
        counted[0] += 1
        return 0

    store._db.set_progress_handler(count, _EACH)
    steps(cloud)
    return counted[0]


def _create(cloud) -> None:
    where = urn("network:RouteTable", "routes")
    inputs = {"resourceGroupName": "rg", "routeTableName": "rt", "location": "uksouth"}
    cloud.create(INSTANCE, where, inputs, preview=False)


def _update(cloud) -> None:
    where = urn("network:VirtualNetwork", "net")
    inputs = {"resourceGroupName": "rg", "virtualNetworkName": "vnet-3", "location": "uksouth"}
    path = f"{_GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-3"
    cloud.update(INSTANCE, where, path, inputs, inputs, preview=False)


@pytest.mark.parametrize("steps", [_create, _update])
def test_the_database_does_no_more_work_in_a_larger_cloud(steps):
    assert _counts(400, steps) <= _counts(20, steps) + 3
