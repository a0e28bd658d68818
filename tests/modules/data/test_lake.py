"""The lake: immutability, retention, and access through private endpoints only."""

import re
import runpy
from pathlib import Path

import pytest
from planned import plan
from rehearsed import of, rehearse

from bluelamp.modules.data.lake import DataFactory, DataLake

EXAMPLES = Path(__file__).resolve().parents[3] / "modules/data/lake/examples"
PLACE = {
    "location": "uksouth",
    "workload": "lake",
    "resource_group_name": "rg",
    "subnet_id": "/id/subnet",
    "workspace_id": "/id/logs",
}


def lake(label, **more):
    return plan(lambda: DataLake("lake", {"label": label, **PLACE, **more}))


def test_landing_is_immutable_by_a_container_policy(label):
    made = lake(label)
    account = made.one("storage:StorageAccount")
    assert account["isHnsEnabled"] is True
    # A hierarchical namespace supports neither versions, immutable versions nor a change feed.
    assert "immutableStorageWithVersioning" not in account
    assert not {"isVersioningEnabled", "changeFeed"} & set(made.one("storage:BlobServiceProperties"))
    policy = made.one("storage:BlobContainerImmutabilityPolicy")
    assert policy["containerName"] == "landing"
    assert policy["immutabilityPeriodSinceCreationInDays"] == 90
    assert {each["containerName"] for each in made.of("storage:BlobContainer")} == {"landing", "curated", "published"}


def test_each_path_is_deleted_after_its_own_period(label):
    made = lake(label, retention={"landing": 730, "published/single-view": 2190})
    rules = made.one("storage:ManagementPolicy")["policy"]["rules"]
    kept = {
        rule["definition"]["filters"]["prefixMatch"][0]: rule["definition"]["actions"]["baseBlob"]["delete"]
        for rule in rules
    }
    assert kept == {
        "landing/": {"daysAfterModificationGreaterThan": 730},
        "published/single-view/": {"daysAfterModificationGreaterThan": 2190},
    }


def test_only_private_endpoints_respond_in_the_zones_of_the_estate(label):
    zones = {f"privatelink.{part}.core.windows.net": f"/zones/{part}" for part in ("dfs", "blob")}
    made = lake(label, private_zone_ids=zones)
    account = made.one("storage:StorageAccount")
    assert (account["publicNetworkAccess"], account["allowSharedKeyAccess"]) == ("Disabled", False)
    groups = {each["privateLinkServiceConnections"][0]["groupIds"][0] for each in made.of("network:PrivateEndpoint")}
    assert groups == {"dfs", "blob"}
    linked = {each["privateDnsZoneConfigs"][0]["privateDnsZoneId"] for each in made.of("network:PrivateDnsZoneGroup")}
    assert linked == {"/zones/dfs", "/zones/blob"}
    assert made.of("privatedns:PrivateZone") == []


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"landing_immutable_days": 0}, "landing_immutable_days is 0; allowed are 1 to 146000"),
        ({"retention": {"landing": 30}}, "retention.landing is 30 days; the immutability period is 90"),
        ({"retention": {"landing/custody": 30}}, "retention.landing/custody is 30 days; the immutability period is"),
        ({"retention": {"raw": 30}}, "retention.raw is in no file system of the lake: landing, curated, published"),
        ({"retention": {"published/": 30}}, "has an empty part"),
        ({"retention": {"published": 30, "published/a": 60}}, "retention.published/a is inside published"),
        ({"retention": {"curated": 0}}, "retention.curated is 0 days; allowed are 1 to 146000"),
        ({"file_systems": ["landing"]}, "file_systems has 'landing' twice"),
        ({"file_systems": ["Work"]}, "file_systems has 'Work'; use 3 to 63 lower-case letters"),
        ({"retenton": {}}, "retenton is not an argument; did you mean retention?"),
    ],
)
def test_a_wrong_lake_is_refused(label, more, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        lake(label, **more)


def test_sources_need_a_vault_for_their_passwords(label):
    source = {"server": "custody-db-01", "database": "Custody", "user": "reader", "secret": "custody"}
    with pytest.raises(ValueError, match="key_vault_uri is required"):
        plan(lambda: DataFactory("f", {"label": label, **PLACE, "endpoints": {}, "sources": {"custody": source}}))


def test_the_engines_and_the_factory_are_accepted_and_within_the_baseline():
    made = rehearse(lambda: runpy.run_path(str(EXAMPLES / "full.py")))
    factory = of(made, "Factory")["factory-factory"]
    assert factory["publicNetworkAccess"] == "Disabled"
    assert set(of(made, "IntegrationRuntime")) == {
        "factory-runtime-on-premises",
        "factory-runtime-managed",
    }
    custody = of(made, "LinkedService")["factory-source-custody"]["properties"]
    assert custody["password"]["secretName"] == "custody-lake-reader"
    assert custody["connectVia"]["referenceName"] == "on-premises"
    synapse = made_one(made, "azure-native:synapse:Workspace")
    assert synapse["managedVirtualNetworkSettings"]["preventDataExfiltration"] is True
    databricks = made_one(made, "azure-native:databricks:Workspace")
    assert databricks["parameters"]["enableNoPublicIp"] == {"value": True}
    assert databricks["publicNetworkAccess"] == synapse["publicNetworkAccess"] == "Disabled"


def made_one(made, token):
    (found,) = [each for each in made.resources if each.type == token]
    return found.inputs
