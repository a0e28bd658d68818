"""Capture, analytics and the catalogue: closed, encrypted with the force's own key where there is one, and judged."""

import re
import runpy
from pathlib import Path

import pytest
from planned import plan
from rehearsed import of, rehearse

from bluelamp.modules.data.analytics import DataAnalytics
from bluelamp.modules.data.capture import DataCapture
from bluelamp.modules.data.catalogue import DataCatalogue

MODULES = Path(__file__).resolve().parents[3] / "modules/data"
PLACE = {"location": "uksouth", "resource_group_name": "rg", "subnet_id": "/id/subnet", "workspace_id": "/id/logs"}
CAPTURE = {**PLACE, "workload": "capture"}
ANALYTICS = {
    **PLACE,
    "workload": "analytics",
    "key_vault_id": "/id/vault",
    "lake_id": "/id/lake",
    "event_hubs_id": "/id/hubs",
}
KEY = {"vault_uri": "https://kv.vault.azure.net/", "key_name": "cmk", "identity_id": "/id/identity"}


@pytest.mark.parametrize("module", ["catalogue", "capture", "analytics"])
def test_each_example_is_accepted_and_within_the_baseline(module):
    for example in sorted((MODULES / module / "examples").iterdir()):
        if example.suffix == ".py":
            rehearse(lambda example=example: runpy.run_path(str(example)))


def test_a_namespace_accepts_identities_only_and_has_json_schemas(label):
    made = plan(lambda: DataCapture("capture", {"label": label, **CAPTURE, "hubs": {"records": {}, "quarantine": {}}}))
    namespace = made.one("eventhub:Namespace")
    assert (namespace["disableLocalAuth"], namespace["publicNetworkAccess"]) == (True, "Disabled")
    assert (namespace["minimumTlsVersion"], namespace["sku"]["name"]) == ("1.2", "Standard")
    assert {each["eventHubName"] for each in made.of("eventhub:EventHub")} == {"records", "quarantine"}
    schemas = made.one("eventhub:SchemaRegistry")
    assert (schemas["schemaType"], schemas["schemaGroupName"]) == ("Json", "forms")


def test_a_key_of_the_forces_own_requires_the_premium_tier(label):
    made = plan(lambda: DataCapture("capture", {"label": label, **CAPTURE, "hubs": {"records": {}}, "key": KEY}))
    namespace = made.one("eventhub:Namespace")
    assert namespace["sku"] == {"name": "Premium", "tier": "Premium", "capacity": 1}
    assert namespace["encryption"]["keyVaultProperties"][0]["keyName"] == "cmk"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"hubs": {}}, "hubs is empty"),
        ({"hubs": {"-x": {}}}, "hubs.-x cannot be the name of an event hub"),
        ({"hubs": {"x": {"partitions": 40}}}, "hubs.x.partitions is 40; allowed are 1 to 32"),
        ({"hubs": {"x": {"retention_hours": 0}}}, "hubs.x.retention_hours is 0; allowed are 1 to 168"),
        ({"hubs": {"x": {}}, "schema_compatibility": "Full"}, "schema_compatibility is 'Full'; allowed are None"),
        ({"hubs": {"x": {"partition": 2}}}, "hubs.x.partition is not an argument; did you mean partitions?"),
    ],
)
def test_wrong_capture_is_refused(label, more, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        plan(lambda: DataCapture("capture", {"label": label, **CAPTURE, **more}))


def test_the_workspace_reaches_the_lake_and_nothing_unapproved(label):
    made = plan(lambda: DataAnalytics("analytics", {"label": label, **ANALYTICS}))
    workspace = made.one("machinelearningservices:Workspace")
    network = workspace["managedNetwork"]
    assert network["isolationMode"] == "AllowOnlyApprovedOutbound"
    assert {key: rule["destination"]["serviceResourceId"] for key, rule in network["outboundRules"].items()} == {
        "lake": "/id/lake"
    }
    assert (workspace["publicNetworkAccess"], workspace["systemDatastoresAuthMode"]) == ("Disabled", "Identity")
    ways = {
        each["manualPrivateLinkServiceConnections"][0]["privateLinkServiceId"]
        for each in made.of("streamanalytics:PrivateEndpoint")
    }
    assert ways == {"/id/hubs", "/id/lake"}


def test_a_cluster_size_that_azure_does_not_have_is_refused(label):
    with pytest.raises(ValueError, match="streaming_units is 40; allowed are 36, 72, 108, 144, 180, 216"):
        plan(lambda: DataAnalytics("analytics", {"label": label, **ANALYTICS, "streaming_units": 40}))


def test_the_catalogue_and_its_dependencies_are_closed(label):
    made = rehearse(lambda: DataCatalogue("catalogue", {"label": label, **PLACE, "workload": "catalogue"}))
    (account,) = [each.inputs for each in made.resources if each.type == "azure-native:purview:Account"]
    assert account["publicNetworkAccess"] == account["managedResourcesPublicNetworkAccess"] == "Disabled"
    assert account["ingestionStorage"] == {"publicNetworkAccess": "Disabled"}
    assert account["managedEventHubState"] == "Disabled"
    assert set(of(made, "PrivateEndpoint")) == {"catalogue-account-endpoint", "catalogue-portal-endpoint"}


def test_a_wrong_catalogue_is_refused(label):
    with pytest.raises(ValueError, match=r"worklaod is not an argument; did you mean workload\?"):
        plan(lambda: DataCatalogue("catalogue", {"label": label, **PLACE, "worklaod": "catalogue"}))
