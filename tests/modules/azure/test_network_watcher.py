import pytest
from planned import Planned, plan

from bluelamp.modules.azure.ddos_plan import DdosPlan
from bluelamp.modules.azure.network_watcher import NetworkWatcher

ARGS = {"location": "uksouth", "resource_group_name": "rg", "workspace_id": "/id/logs"}


def watcher(label, **more) -> Planned:
    return plan(lambda: NetworkWatcher("watcher", {"label": label, **ARGS, **more}))


def test_flow_logs_are_written_by_an_identity_to_storage_without_keys(label):
    made = watcher(label, virtual_network_ids={"hub": "/id/hub"})
    account = made.one("storage:StorageAccount")
    assert (account["allowSharedKeyAccess"], account["networkRuleSet"]["defaultAction"]) == (False, "Deny")
    log = made.one("network:FlowLog")
    assert log["targetResourceId"] == "/id/hub"
    assert log["identity"]["type"] == "UserAssigned"
    assert made.one("authorization:RoleAssignment")["principalType"] == "ServicePrincipal"
    assert "watcher-identity-writes" in made.waits_for["watcher-hub-flows"]


def test_deleted_flow_logs_can_be_restored(label):
    blobs = watcher(label).one("storage:BlobServiceProperties")
    assert blobs["deleteRetentionPolicy"] == blobs["containerDeleteRetentionPolicy"] == {"enabled": True, "days": 30}


def test_overwritten_flow_logs_can_be_restored_and_deleting_them_takes_two_steps(label):
    made = watcher(label)
    blobs = made.one("storage:BlobServiceProperties")
    assert (blobs["isVersioningEnabled"], blobs["changeFeed"]) == (True, {"enabled": True})
    lock = made.one("authorization:ManagementLockByScope")
    assert (lock["level"], made.waits_for["watcher-storage-lock"].count("watcher-storage-blobs")) == ("CanNotDelete", 1)


def test_flow_logs_are_read_through_a_private_endpoint_and_encrypted_by_the_forces_own_key(label):
    key = {"vault_uri": "https://kv.vault.azure.net/", "key_name": "cmk", "identity_id": "/id/identity"}
    made = watcher(label, key=key, subnet_id="/id/subnet", private_zone_id="/id/zone")
    account = made.one("storage:StorageAccount")
    assert account["encryption"]["keySource"] == "Microsoft.Keyvault"
    assert account["encryption"]["requireInfrastructureEncryption"] is True
    assert account["identity"]["userAssignedIdentities"] == ["/id/identity"]
    assert made.one("network:PrivateEndpoint")["privateLinkServiceConnections"][0]["groupIds"] == ["blob"]


def test_a_private_endpoint_without_its_zone_is_refused(label):
    with pytest.raises(ValueError, match="NetworkWatcher 'watcher': subnet_id and private_zone_id go together"):
        watcher(label, subnet_id="/id/subnet")


def test_storage_is_zone_redundant_or_geo_redundant_and_can_be_protected(label):
    assert watcher(label).one("storage:StorageAccount")["sku"] == {"name": "Standard_ZRS"}
    made = watcher(label, location="ukwest", protect=True)
    assert made.one("storage:StorageAccount")["sku"] == {"name": "Standard_GRS"}
    assert {resource.name for resource in made.resources if resource.protect} == {"watcher-storage"}


def test_a_too_short_retention_of_flow_logs_is_refused(label):
    with pytest.raises(ValueError, match="watcher: retention_days is 7, at least 90 is needed"):
        watcher(label, virtual_network_ids={"hub": "/id/hub"}, retention_days=7)


def test_a_ddos_plan_is_named_tagged_and_can_be_protected(label):
    args = {"label": label, "location": "uksouth", "resource_group_name": "rg", "protect": True}
    made = plan(lambda: DdosPlan("ddos", args))
    assert made.one("network:DdosProtectionPlan")["ddosProtectionPlanName"] == "ddos-platform-wmp-prod-uks"
    assert {resource.name for resource in made.resources if resource.protect} == {"ddos-plan"}


def test_a_wrong_argument_of_a_ddos_plan_is_named(label):
    with pytest.raises(ValueError, match=r"DdosPlan 'ddos': locaton is not an argument; did you mean location\?"):
        plan(lambda: DdosPlan("ddos", {"label": label, "locaton": "uksouth", "resource_group_name": "rg"}))
