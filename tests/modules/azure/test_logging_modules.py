import pytest
from planned import plan
from rehearsed import of, rehearse

from bluelamp.modules.azure.activity_log import ActivityLog
from bluelamp.modules.azure.data_collection import DataCollection
from bluelamp.modules.azure.log_analytics import LogAnalytics
from bluelamp.modules.azure.log_archive import LogArchive
from bluelamp.rehearsal.values import UNKNOWN

IDENTITY = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id"
PLACE = {"location": "uksouth", "workload": "logs", "resource_group_name": "rg"}
ARCHIVE = {**PLACE, "subnet_id": "/id/subnet", "workspace_id": "/id/logs"}
COLLECTION = {**PLACE, "workspace_id": "/id/logs", "workspace_name": "log"}


def archive(label, **more):
    return plan(lambda: LogArchive("archive", {"label": label, **ARCHIVE, **more}))


def test_an_archive_is_write_once_and_accessible_by_identity_only(label):
    account = archive(label).one("storage:StorageAccount")
    assert account["allowSharedKeyAccess"] is False
    assert account["publicNetworkAccess"] == "Disabled"
    assert account["sku"] == {"name": "Standard_GZRS"}
    assert account["immutableStorageWithVersioning"] == {
        "enabled": True,
        "immutabilityPolicy": {
            "state": "Unlocked",
            "immutabilityPeriodSinceCreationInDays": 730,
            "allowProtectedAppendWrites": True,
        },
    }


def test_activity_logs_and_own_containers_are_immutable_each_for_its_period(label):
    made = archive(label, containers={"custody-audit": 2557})
    kept = {
        each["containerName"]: each["immutabilityPeriodSinceCreationInDays"]
        for each in made.of("storage:BlobContainerImmutabilityPolicy")
    }
    assert kept == {"insights-activity-logs": 730, "custody-audit": 2557}
    rules = made.one("storage:ManagementPolicy")["policy"]["rules"]
    ends = {r["definition"]["actions"]["baseBlob"]["delete"]["daysAfterModificationGreaterThan"] for r in rules}
    assert ends == {2587}
    assert made.one("storage:BlobServiceProperties")["isVersioningEnabled"] is True
    assert "archive-blobs" in made.waits_for["archive-custody-audit"]


def test_an_archive_with_its_own_key_uses_it_by_its_identity(label):
    key = {"vault_uri": "https://kv.vault.azure.net/", "key_name": "cmk", "identity_id": IDENTITY}
    made = rehearse(lambda: LogArchive("archive", {"label": label, **ARCHIVE, "key": key}))
    account = of(made, "StorageAccount")["archive-account"]
    assert account["encryption"]["keySource"] == "Microsoft.Keyvault"
    assert account["encryption"]["keyVaultProperties"] == {
        "keyName": "cmk",
        "keyVaultUri": "https://kv.vault.azure.net/",
    }
    assert account["identity"] == {"type": "UserAssigned", "userAssignedIdentities": [IDENTITY]}


def test_every_mistake_in_an_archive_is_reported_at_once(label):
    with pytest.raises(ValueError, match="LogArchive 'archive'") as messages:
        archive(label, retention_days=30, lock="Shut", delete_after_days=10)
    for part in (
        "insights-activity-logs is kept for 30 days; allowed are 90 to 146000",
        "delete_after_days is 10; the longest retention is 30 days",
        "lock is 'Shut'; allowed are Unlocked and Locked",
    ):
        assert part in str(messages.value)


def test_a_protected_archive_cannot_be_deleted_by_the_engine(label):
    made = archive(label, protect=True)
    assert [each.name for each in made.resources if each.protect] == ["archive-account"]


def test_activity_logs_go_to_the_workspace_and_the_archive(label):
    args = {
        "subscription_ids": {"platform": "11111111-1111-4111-8111-111111111111"},
        "management_group_names": {"root": "mg-root"},
        "workspace_id": "/id/logs",
        "archive_id": "/id/archive",
    }
    made = plan(lambda: ActivityLog("activity", args))
    setting = made.one("monitor:DiagnosticSetting")
    assert setting["resourceUri"] == "/subscriptions/11111111-1111-4111-8111-111111111111"
    assert (setting["workspaceId"], setting["storageAccountId"]) == ("/id/logs", "/id/archive")
    assert {log["category"] for log in setting["logs"]} >= {"Administrative", "Security", "Policy", "ServiceHealth"}
    assert made.one("monitor:ManagementGroupDiagnosticSetting")["managementGroupId"] == "mg-root"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"subscription_ids": {}}, "subscription_ids is empty; name at least one subscription"),
        (
            {"subscription_ids": {"root": "s"}, "management_group_names": {"root": "mg"}},
            "root names a subscription and a management group",
        ),
        ({"subscription_ids": {"root": "s"}, "archive": "x"}, r"archive is not an argument; did you mean archive_id\?"),
    ],
)
def test_a_wrong_activity_log_is_refused(args, message):
    with pytest.raises(ValueError, match=message):
        plan(lambda: ActivityLog("activity", {"workspace_id": "/id/logs", **args}))


def test_a_machine_is_associated_with_the_endpoint_and_every_rule(label):
    args = {"label": label, **COLLECTION, "machine_ids": {"custody-1": "/id/machine"}}
    made = plan(lambda: DataCollection("collection", args))
    rules = {each["dataCollectionRuleName"] for each in made.of("monitor:DataCollectionRule")}
    assert rules == {
        "dcr-logs-performance-wmp-prod-uks",
        "dcr-logs-windows-events-wmp-prod-uks",
        "dcr-logs-syslog-wmp-prod-uks",
        "dcr-logs-change-tracking-wmp-prod-uks",
    }
    tied = made.of("monitor:DataCollectionRuleAssociation")
    assert {each["associationName"] for each in tied} == {
        "configurationAccessEndpoint",
        "performance",
        "windows-events",
        "syslog",
        "change-tracking",
    }
    assert {each["resourceUri"] for each in tied} == {"/id/machine"}
    assert made.one("monitor:DataCollectionEndpoint")["networkAcls"] == {"publicNetworkAccess": "Disabled"}


def test_collected_data_goes_to_the_workspace(label):
    made = plan(lambda: DataCollection("collection", {"label": label, **COLLECTION, "rules": ["syslog"]}))
    rule = made.one("monitor:DataCollectionRule")
    streams = {stream for source in rule["dataSources"]["syslog"] for stream in source["streams"]}
    (flow,) = rule["dataFlows"]
    (destination,) = rule["destinations"]["logAnalytics"]
    assert set(flow["streams"]) == streams == {"Microsoft-Syslog"}
    assert flow["destinations"] == [destination["name"]]
    assert destination["workspaceResourceId"] == "/id/logs"
    assert rule["dataCollectionEndpointId"] is UNKNOWN


def test_an_unknown_collection_rule_is_refused_with_the_nearest(label):
    with pytest.raises(ValueError, match=r"sysslog is not one of performance, .*; did you mean syslog\?"):
        plan(lambda: DataCollection("collection", {"label": label, **COLLECTION, "rules": ["sysslog"]}))


def test_a_table_can_be_retained_longer_than_it_can_be_searched(label):
    args = {"label": label, **PLACE, "archived_tables": {"SigninLogs": 2557}}
    table = plan(lambda: LogAnalytics("logs", args)).one("operationalinsights:Table")
    assert (table["tableName"], table["retentionInDays"], table["totalRetentionInDays"]) == ("SigninLogs", 365, 2557)
    with pytest.raises(ValueError, match=r"archived_tables\.SigninLogs is 200 days; it must be more than the 365"):
        plan(lambda: LogAnalytics("logs", {**args, "archived_tables": {"SigninLogs": 200}}))
