"""Single mistakes, each refused with the right error."""

import pytest
import yaml
from azure_estate import HERE, INSTANCE, RESOURCES, Estate, changed, urn

from bluelamp.rehearsal.azure import AzureProvider, ids
from bluelamp.rehearsal.azure.data import facts
from bluelamp.rehearsal.azure.naming import check_name, unique_name
from bluelamp.rehearsal.azure.services import check_services
from bluelamp.rehearsal.provider import CloudError
from bluelamp.rehearsal.store import Store
from bluelamp.rehearsal.values import Secret

MISTAKES = yaml.safe_load((HERE / "mistakes.yaml").read_text())
BY_NAME = {one["name"]: one for one in RESOURCES}


@pytest.fixture(scope="module")
def estate():
    built = Estate(AzureProvider(Store(":memory:")))
    for resource in [*RESOURCES, {"name": "rg2", "type": "resources:ResourceGroup", "inputs": {"location": "uksouth"}}]:
        built.build(resource)
    return built


def broken(estate, mistake):
    resource = BY_NAME[mistake["in"]]
    inputs = resource["inputs"]
    for path, value in {mistake["path"]: mistake["to"], **mistake.get("also", {})}.items():
        inputs = changed(inputs, path, value)
    return urn(resource["type"], "mistake"), estate.resolve(inputs)


NAMES = {
    "app:Job": "nightly-job",
    "appconfiguration:ConfigurationStore": "store_of--police",
    "authorization:ManagementLockByScope": "no deletion, " + "x" * 200,
    "automation:AutomationAccount": "1st-account",
    "cognitiveservices:Account": "speech_to_text",
    "compute:Disk": "-disk-",
    "compute:Gallery": "images-1",
    "compute:VirtualMachine": "v" * 80,
    "containerinstance:ContainerGroup": "1-group",
    "cosmosdb:DatabaseAccount": "c" * 50,
    "dataprotection:BackupVault": "1-vault-",
    "dbforpostgresql:Server": "Records",
    "kusto:Cluster": "logs-1",
    "management:ManagementGroup": "_root.",
    "monitor:ActionGroup": "day|night",
    "network:AzureFirewall": "f" * 80,
    "network:PrivateEndpoint": "p" * 80,
    "network:VirtualHub": "h" * 200,
    "servicebus:Queue": "orders~new-",
    "servicebus:Subscription": "_all",
    "web:AppServicePlan": "plan_1",
    "web:WebApp": "bücher",
}
"""Names at the limits that the services allow, by type."""
GOOD = [
    ("containerregistry:Registry", {"sku": {"name": "Standard"}, "zoneRedundancy": "Enabled"}),
    ("operationalinsights:Workspace", {"sku": {"name": "PerGB2018"}, "retentionInDays": 4}),
    ("compute:VirtualMachine", {"securityProfile": {"uefiSettings": {"secureBootEnabled": True}}}),
    ("authorization:RoleAssignment", {"condition": "(true)", "conditionVersion": "1.0"}),
]


def test_there_are_many_mistakes():
    assert len(MISTAKES) >= 60


@pytest.mark.parametrize(
    "mistake", [one for one in MISTAKES if "code" not in one], ids=lambda one: f"{one['in']}.{one['path']}"
)
def test_a_mistake_is_refused_by_check(estate, mistake):
    where, inputs = broken(estate, mistake)
    failures = estate.cloud.check(INSTANCE, where, {}, inputs).failures
    at = mistake.get("at", mistake["path"])
    reasons = [one.reason for one in failures if one.path == at]
    assert reasons, f"expected a failure at {at}: {failures}"
    for word in mistake["says"]:
        assert any(word in reason for reason in reasons), f"{word!r} not in {reasons}"


@pytest.mark.parametrize(
    "mistake", [one for one in MISTAKES if "code" in one], ids=lambda one: f"{one['in']}.{one['path']}"
)
def test_a_mistake_is_refused_by_the_cloud(estate, mistake):
    where, inputs = broken(estate, mistake)
    before = estate.cloud._store.count()
    checked = estate.cloud.check(INSTANCE, where, {}, inputs)
    assert not checked.failures
    with pytest.raises(CloudError) as refused:
        estate.cloud.create(INSTANCE, where, checked.inputs, preview=False)
    assert refused.value.code == mistake["code"]
    for word in mistake["says"]:
        assert word in refused.value.message
    assert estate.cloud._store.count() == before


def test_every_mistake_is_reported_at_once(estate):
    inputs = {
        "resourceGroupName": "rg",
        "addresSpace": {},
        "location": "uksuoth",
        "tags": [],
        "virtualNetworkName": "-x-",
    }
    failures = estate.cloud.check(INSTANCE, urn("network:VirtualNetwork", "v"), {}, inputs).failures
    assert {one.path for one in failures} >= {"addresSpace", "location", "tags", "virtualNetworkName"}


def test_a_secret_is_never_shown(estate):
    secret = Secret("Hush-Hush-42")
    for kind, inputs in [
        (
            "storage:StorageAccount",
            {"accountName": secret, "location": secret, "kind": secret, "sku": {"name": secret}},
        ),
        ("network:Subnet", {"virtualNetworkName": "v", "addressPrefix": secret}),
        ("sql:Server", {"administratorLoginPassword": Secret(7), "serverName": secret}),
    ]:
        failures = estate.cloud.check(INSTANCE, urn(kind, "x"), {}, {"resourceGroupName": "rg", **inputs}).failures
        assert "Hush" not in repr(failures)


def test_values_that_azure_accepts_are_not_refused():
    for kind, name in NAMES.items():
        token = f"azure-native:{kind}"
        assert check_name(token, {ids.own_name(token): name}) == [], kind
    for kind, inputs in GOOD:
        assert list(check_services(f"azure-native:{kind}", inputs)) == [], kind


def test_every_rule_of_a_service_has_a_source():
    for name in ("names", "services", "delegations", "accepted"):
        assert all(row["source"] for row in facts(name).values()), name


def test_a_web_app_with_a_host_name_of_its_own_may_share_its_name():
    token, app = "azure-native:web:WebApp", {"name": "police"}
    assert unique_name(token, app)
    assert unique_name(token, {**app, "autoGeneratedDomainNameLabelScope": "TenantReuse"}) is None
