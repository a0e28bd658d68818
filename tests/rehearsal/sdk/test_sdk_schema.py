"""The catalogue reads the installed SDKs; important parts are compared with the imported SDK."""

import importlib
import inspect
import threading

import pulumi
import pytest

from bluelamp.rehearsal.sdk.schema import Catalogue, ObjectShape, UnknownPackage, UnknownToken, installed_packages
from bluelamp.rehearsal.sdk.shapes import Shape


@pytest.fixture(scope="module")
def azure() -> Catalogue:
    return Catalogue("azure-native")


def test_installed_packages_are_found_with_their_versions():
    found = installed_packages()
    assert {"azure-native", "azuread", "kubernetes", "random", "tls", "command"} <= set(found)
    assert Catalogue("random").version == found["random"]


def test_a_missing_package_is_reported_with_the_installed_ones():
    with pytest.raises(UnknownPackage, match=r"'aws'.*azure-native"):
        Catalogue("aws")


def test_a_subnet_has_its_properties(azure):
    subnet = azure.resource("azure-native:network:Subnet")
    assert subnet.python_class == "pulumi_azure_native.network.Subnet"
    assert subnet.api_version == "2024-05-01"
    assert subnet.inputs.required == ("resourceGroupName", "virtualNetworkName")
    assert subnet.defaults["privateEndpointNetworkPolicies"] == "Disabled"
    properties = subnet.inputs.properties
    assert properties["addressPrefixes"].shape == Shape("array", item=Shape("string"))
    assert properties["addressPrefixes"].python_name == "address_prefixes"
    assert properties["defaultOutboundAccess"].shape.kind == "boolean"
    assert "provisioningState" in subnet.outputs.properties
    assert "provisioningState" not in properties


def test_open_and_closed_enums_are_distinguished(azure):
    rule = azure.resource("azure-native:network:SecurityRule").inputs.properties
    assert rule["access"].shape == Shape("enum", values=("Allow", "Deny"), open=True)
    vault = azure.resource("azure-native:keyvault:Vault").inputs.properties["properties"].shape.object
    assert vault is not None
    mode = vault.properties["createMode"].shape
    assert (mode.values, mode.open) == (("recover", "default"), False)


def test_types_are_recursive_and_resolved_lazily(azure):
    subnet = azure.resource("azure-native:network:Subnet").inputs
    group = subnet.properties["networkSecurityGroup"].shape.object
    endpoint = group.properties["securityRules"].shape.item.object
    assert endpoint.properties["priority"].shape.kind == "integer"
    assert subnet.properties["routeTable"].shape.object is subnet.properties["routeTable"].shape.object


def test_the_members_of_a_union_are_distinguished_by_a_constant(azure):
    group = azure.resource("azure-native:network:FirewallPolicyRuleCollectionGroup").inputs
    union = group.properties["ruleCollections"].shape.item
    assert union.kind == "union"
    assert {one.object.constants["ruleCollectionType"] for one in union.options} == {
        "FirewallPolicyFilterRuleCollection",
        "FirewallPolicyNatRuleCollection",
    }


@pytest.mark.parametrize(
    ("asked", "right"),
    [
        ("azure-native:network:Subnets", "azure-native:network:Subnet"),
        ("azure-native:network:subnet", "azure-native:network:Subnet"),
        ("azure-native:compute:Subnet", "azure-native:network:Subnet"),
        ("azure-native:storage:StorageAcount", "azure-native:storage:StorageAccount"),
    ],
)
def test_an_unknown_resource_type_names_the_nearest(azure, asked, right):
    with pytest.raises(UnknownToken, match=f"did you mean '{right}'"):
        azure.resource(asked)


def test_functions_have_their_arguments(azure):
    found = azure.function("azure-native:network:getSubnet")
    assert {name: one.required for name, one in found.inputs.properties.items()} == {
        "expand": False,
        "resourceGroupName": True,
        "subnetName": True,
        "virtualNetworkName": True,
    }
    assert "addressPrefixes" in found.outputs.properties
    config = azure.function("azure-native:authorization:getClientConfig")
    assert set(config.outputs.properties) == {"clientId", "objectId", "subscriptionId", "tenantId"}
    assert Catalogue("azuread").function("azuread:index/getUser:getUser").inputs.properties["objectId"]
    with pytest.raises(UnknownToken, match="getSubnet'"):
        azure.function("azure-native:network:getSubnets")


def test_secret_and_replacing_properties():
    password = Catalogue("random").resource("random:index/randomPassword:RandomPassword")
    assert set(password.secret_outputs) == {"result", "bcryptHash"}
    command = Catalogue("command").resource("command:local:Command")
    assert command.replace_on_changes == ("triggers[*]",)
    assert command.outputs.properties["archive"].shape.kind == "asset"


def test_the_providers_own_configuration(azure):
    assert "subscriptionId" in azure.resource("pulumi:providers:azure-native").inputs.properties


SAMPLE = """
aad:DomainService apimanagement:ApiManagementService app:ContainerApp app:ManagedEnvironment
appconfiguration:ConfigurationStore applicationinsights:Component authorization:PolicyAssignment authorization:RoleAssignment automation:AutomationAccount
batch:BatchAccount redis:Redis cdn:Profile cognitiveservices:Account compute:VirtualMachine compute:Disk
consumption:Budget containerregistry:Registry containerservice:ManagedCluster cosmosdb:DatabaseAccount
databricks:Workspace datafactory:Factory datalakestore:Account dns:Zone dnsresolver:DnsResolver eventgrid:Topic
eventhub:Namespace hdinsight:Cluster keyvault:Vault kubernetes:ConnectedCluster
logic:Workflow machinelearningservices:Workspace managedidentity:UserAssignedIdentity management:ManagementGroup
monitor:DiagnosticSetting network:AzureFirewall network:VirtualNetwork operationalinsights:Workspace
privatedns:PrivateZone recoveryservices:Vault resources:ResourceGroup search:Service security:Pricing
securityinsights:Incident servicebus:Namespace signalrservice:SignalR sql:Server sql:Database storage:StorageAccount
streamanalytics:StreamingJob subscription:Alias synapse:Workspace trafficmanager:Profile web:WebApp
"""


@pytest.mark.parametrize("name", SAMPLE.split())
def test_resources_of_many_modules_are_read_completely(azure, name):
    token = f"azure-native:{name}"
    if token not in azure.tokens():
        pytest.fail(f"{token} is gone from the SDK: choose another for this sample")
    resource = azure.resource(token)
    seen: set[int] = set()
    assert resource.api_version
    assert _walk(resource.inputs, seen) >= len(resource.inputs.properties)
    assert _walk(resource.outputs, seen) > 2


def _walk(shape: ObjectShape, seen: set[int]) -> int:
    if id(shape) in seen:
        return 0
    seen.add(id(shape))
    assert shape.properties, f"{shape} has no properties"
    waiting = [one.shape for one in shape.properties.values()]
    count = len(waiting)
    while waiting:
        one = waiting.pop()
        waiting += [*one.options, *([one.item] if one.item else [])]
        assert one.kind != "enum" or one.values
        assert (one.kind == "object") == (one.object is not None)
        count += _walk(one.object, seen) if one.object else 0
    return count


def test_every_token_is_listed_without_reading_the_modules(azure):
    tokens = azure.tokens()
    assert len(tokens) > 2000
    assert "azure-native:storage:StorageAccount" in tokens
    assert all(token.startswith("azure-native:") for token in tokens)


@pytest.mark.parametrize("package", ["random", "tls", "azuread", "command"])
def test_it_agrees_with_the_imported_sdk(package):
    """The names and the required properties agree with the classes in Python."""
    catalogue = Catalogue(package)
    for token in catalogue.tokens():
        resource = catalogue.resource(token)
        module = importlib.import_module(resource.python_class.rpartition(".")[0])
        arguments = getattr(module, f"{resource.name}InitArgs", None) or getattr(module, f"{resource.name}Args")
        names = pulumi._types.input_type_py_to_pulumi_names(arguments)
        assert {one.python_name: one.name for one in resource.inputs.properties.values()} == names
        parameters = inspect.signature(arguments.__init__).parameters
        for one in resource.inputs.properties.values():
            needed = parameters[one.python_name].default is inspect.Parameter.empty
            assert one.required == needed, f"{token}.{one.name}"


def test_threads_may_share_a_catalogue():
    catalogue = Catalogue("azure-native")
    results: list[int] = []

    def read() -> None:
        shape = catalogue.resource("azure-native:compute:VirtualMachine").inputs
        results.append(_walk(shape, set()))

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8
    assert len(set(results)) == 1
