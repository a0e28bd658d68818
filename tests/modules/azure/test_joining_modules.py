"""Peered hubs, backup storage and metrics workspaces."""

import runpy

import pytest
from planned import plan
from rehearsed import ROOT, of, rehearse

from bluelamp.modules.azure.backup_store import BackupStore
from bluelamp.modules.azure.hub_peering import HubPeering

MODULES = ("hub_peering", "backup_store", "metrics_workspace")
EXAMPLES = [path for name in MODULES for path in sorted((ROOT / "modules/azure" / name / "examples").glob("*.py"))]
UKS = {
    "location": "uksouth",
    "virtual_network_id": "/id/south",
    "virtual_network_name": "vnet-hub-south",
    "resource_group_name": "rg-south",
}
UKW = {
    "location": "ukwest",
    "virtual_network_id": "/id/west",
    "virtual_network_name": "vnet-hub-west",
    "resource_group_name": "rg-west",
}
STORE = {
    "location": "uksouth",
    "workload": "backups",
    "resource_group_name": "rg",
    "subnet_id": "/id/subnet",
    "workspace_id": "/id/logs",
    "containers": ["live"],
}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parents[1].name)
def test_the_cloud_accepts_every_example_and_no_rule_is_broken(path):
    assert rehearse(lambda: runpy.run_path(str(path))).resources


def test_the_hub_with_the_gateway_is_peered_first(label):
    args = {"label": label, "first": UKS, "second": {**UKW, "gateway_id": "/id/gateway"}}
    made = plan(lambda: HubPeering("hubs", args))
    lent = made.one("network:VirtualNetworkPeering", virtualNetworkName="vnet-hub-west")
    used = made.one("network:VirtualNetworkPeering", virtualNetworkName="vnet-hub-south")
    assert (lent["allowGatewayTransit"], lent["useRemoteGateways"]) == (True, False)
    assert (used["allowGatewayTransit"], used["useRemoteGateways"]) == (False, True)
    assert "hubs-second" in made.waits_for["hubs-first"]


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (UKS, {**UKW, "location": "uksouth"}, "a region has one hub"),
        ({**UKS, "gateway_id": "a"}, {**UKW, "gateway_id": "b"}, "a hub with a gateway cannot use another's"),
    ],
)
def test_hubs_that_cannot_be_peered_are_refused(label, first, second, message):
    with pytest.raises(ValueError, match=message):
        plan(lambda: HubPeering("hubs", {"label": label, "first": first, "second": second}))


def test_backups_are_not_deleted_by_age_or_too_early(label):
    made = plan(lambda: BackupStore("store", {"label": label, **STORE, "immutable_days": 14}))
    policy = made.one("storage:BlobContainerImmutabilityPolicy")
    assert policy["immutabilityPeriodSinceCreationInDays"] == 14
    assert made.of("storage:ManagementPolicy") == []
    account = made.one("storage:StorageAccount")
    assert (account["allowSharedKeyAccess"], account["publicNetworkAccess"]) == (False, "Disabled")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"containers": []}, "containers is empty; name at least one"),
        ({"immutable_days": 0}, "immutable_days is 0; allowed are 1 to 146000"),
        ({"lock": "locked"}, "lock is 'locked'; allowed are Unlocked and Locked"),
    ],
)
def test_a_storage_account_that_azure_would_refuse_is_refused(label, more, message):
    with pytest.raises(ValueError, match=message):
        plan(lambda: BackupStore("store", {"label": label, **STORE, **more}))


def test_metrics_are_written_to_the_rule_of_the_workspace():
    made = rehearse(lambda: runpy.run_path(str(ROOT / "modules/azure/metrics_workspace/examples/minimal.py")))
    (rule,) = of(made, "DataCollectionRule").values()
    assert rule["dataFlows"] == [{"destinations": ["metrics"], "streams": ["Microsoft-PrometheusMetrics"]}]
    (endpoint,) = of(made, "DataCollectionEndpoint").values()
    assert endpoint["networkAcls"] == {"publicNetworkAccess": "Disabled"}
