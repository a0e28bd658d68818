"""Values outside the SDK's lists: a warning, and refused where ARM's own types are available."""

import json

import grpc
import pytest
from azure_estate import HERE, INSTANCE, urn
from pulumi.runtime.proto import engine_pb2_grpc, plugin_pb2, provider_pb2, provider_pb2_grpc
from pulumi_azure_native import storage

from bluelamp.core import loopback
from bluelamp.planning import plan_program
from bluelamp.planning.monitor import PlanEngine
from bluelamp.rehearsal.azure import AzureProvider
from bluelamp.rehearsal.azure.data import facts
from bluelamp.rehearsal.azure.documented import listed
from bluelamp.rehearsal.server import Server
from bluelamp.rehearsal.store import Store
from bluelamp.rehearsal.values import UNKNOWN, Secret, encode

ACCOUNT = {"resourceGroupName": "rg", "accountName": "stpolice", "location": "uksouth"}


@pytest.fixture(scope="module")
def cloud():
    return AzureProvider(Store(":memory:"))


def account(cloud, sku, kind="StorageV2"):
    inputs = {**ACCOUNT, "kind": kind, "sku": {"name": sku}}
    return cloud.check(INSTANCE, urn("storage:StorageAccount", "st"), {}, inputs)


def test_a_value_outside_the_list_is_a_warning(cloud):
    checked = account(cloud, "Standard_Triple")
    assert not checked.failures
    [warning] = checked.warnings
    assert warning.path == "sku.name"
    for word in ("'Standard_Triple'", "Standard_ZRS", "Check the spelling"):
        assert word in warning.reason


@pytest.mark.parametrize("sku", ["Standard_ZRS", "standard_zrs", UNKNOWN, Secret("Standard_Triple")])
def test_a_listed_unknown_or_secret_value_is_not(cloud, sku):
    checked = account(cloud, sku)
    assert not checked.warnings
    assert not checked.failures


def test_a_misspelling_is_refused_without_a_warning(cloud):
    checked = account(cloud, "Standrad_ZRS")
    assert [one.path for one in checked.failures] == ["sku.name"]
    assert not checked.warnings


def test_lists_inside_arrays_and_descriptions_are_read(cloud):
    inputs = {"resourceGroupName": "rg", "serverName": "s", "databaseName": "d", "securityAlertPolicyName": "default"}
    inputs |= {"state": "Enabled", "disabledAlerts": ["Sql_Injection", "Sql_Everything"]}
    checked = cloud.check(INSTANCE, urn("sql:DatabaseSecurityAlertPolicy", "alerts"), {}, inputs)
    assert [one.path for one in checked.warnings] == ["disabledAlerts[1]"]


@pytest.mark.parametrize(
    ("description", "values"),
    [
        ("The kind. Possible values are: 'Static', 'Dynamic'.", ("Static", "Dynamic")),
        ("Possible values include: A, B and C", ("A", "B", "C")),
        ("Allowed values are **http,** **https.** More.", ()),
        ("Possible values are 1 to 20.", ()),
        ("Supported values are accepted or rejected, default value is accepted. Type: string", ()),
        ("Valid values are A, B. Should be passed as a string with delimiter ';'.", ()),
        ("Possible values are A, B. Possible values are C, D.", ()),
        ("Valid values are in the documentation.", ()),
    ],
)
def test_only_a_complete_list_is_read(description, values):
    assert listed(description) == values


def test_values_that_services_accept_beyond_the_list_give_no_warning(cloud):
    inputs = {"resourceGroupName": "rg", "location": "uksouth", "dataFlows": [{"streams": ["Custom-Calls"]}]}
    checked = cloud.check(INSTANCE, urn("monitor:DataCollectionRule", "rule"), {}, inputs)
    assert not checked.warnings


def test_arm_types_make_it_an_error_unless_they_have_the_value(tmp_path):
    version = facts_version()
    home = tmp_path / "storage" / "microsoft.storage" / version
    home.mkdir(parents=True)
    types = [
        {"$type": "StringLiteralType", "value": "Standard_Newest"},
        {"$type": "ObjectType", "name": "body", "properties": {}, "additionalProperties": {"$ref": "#/3"}},
        {"$type": "ResourceType", "name": f"Microsoft.Storage/storageAccounts@{version}", "body": {"$ref": "#/1"}},
        {"$type": "AnyType"},
    ]
    (home / "types.json").write_text(json.dumps(types))
    strict = AzureProvider(Store(":memory:"), arm_types=tmp_path)
    assert [one.path for one in account(strict, "Standard_Triple").failures] == ["sku.name"]
    newer = account(strict, "Standard_Newest")
    assert not newer.failures
    assert [one.path for one in newer.warnings] == ["sku.name"]


def test_a_plan_warns_with_the_path():
    def program():
        storage.StorageAccount("st", resource_group_name="rg", kind="StorageV2", sku={"name": "Standard_Triple"})

    [warning] = plan_program("test", program, {}, root=HERE).warnings
    assert "test_azure_warnings.py:" in warning
    assert "azure-native:storage:StorageAccount st: sku.name: 'Standard_Triple'" in warning


def test_the_engine_gets_the_warning(cloud):
    engine = PlanEngine()
    listening, port = loopback.serve(
        lambda server: engine_pb2_grpc.add_EngineServicer_to_server(_Engine(engine), server), workers=1, name="engine"
    )
    listening.start()
    try:
        with Server([cloud]) as server, grpc.insecure_channel(f"127.0.0.1:{server.ports['azure-native']}") as channel:
            provider = provider_pb2_grpc.ResourceProviderStub(channel)
            provider.Attach(plugin_pb2.PluginAttach(address=f"127.0.0.1:{port}"))
            inputs = {**ACCOUNT, "kind": "StorageV2", "sku": {"name": "Standard_Triple"}}
            request = provider_pb2.CheckRequest(urn=urn("storage:StorageAccount", "st"), news=encode(inputs))
            assert not provider.Check(request).failures
    finally:
        listening.stop(grace=None)
    [warning] = engine.warnings
    assert warning.startswith("sku.name: 'Standard_Triple'")


class _Engine(engine_pb2_grpc.EngineServicer):
    def __init__(self, engine):
        self._engine = engine

    def Log(self, request, _context):
        return self._engine.Log(request)


def facts_version():
    return AzureProvider(Store(":memory:"))._catalogue.resource("azure-native:storage:StorageAccount").api_version


@pytest.mark.parametrize("name", ["services", "delegations", "accepted"])
def test_every_fact_is_about_a_type_of_the_sdk_and_has_a_source(cloud, name):
    for token, fact in facts(name).items():
        assert cloud._catalogue.resource(token)
        assert fact["source"]


def test_every_rule_is_about_properties_of_its_type(cloud):
    """A misspelt path would let everything pass."""
    missing = []
    for token, fact in facts("services").items():
        shape = cloud._catalogue.resource(token).inputs
        for rule in fact["rules"]:
            own = [rule["linked"]] if "linked" in rule else [rule["path"]] if "path" in rule else []
            inside = [*own, *rule.get("when", {}), *rule.get("some", ())]
            missing += [
                (token, path)
                for path in inside
                if not known(shape, [*rule.get("each", "").split("."), *path.replace("[]", "").split(".")])
                and path not in ("marketplacePartnerId", "serviceBusRuleId", "metrics", "logs", "categoryGroup")
            ]
    assert not missing


def known(shape, steps):
    for step in filter(None, steps):
        found = shape.properties.get(step)
        if found is None:
            return False
        kind = found.shape
        while kind.item is not None:
            kind = kind.item
        if kind.kind in ("any", "union"):
            return True
        shape = kind.object
        if shape is None:
            return step == [one for one in steps if one][-1]
    return True
