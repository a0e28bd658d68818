"""Network isolation of Databricks, Data Factory and Stream Analytics."""

from typing import Final

from bluelamp.core.resource import UNKNOWN
from bluelamp.policies.azure._controls import CLOSED
from bluelamp.policies.azure._kin import child
from bluelamp.policies.azure.paas.paas_common import DATABRICKS
from bluelamp.policies.controls import caf, dpa, iso, mcsb, ncsc, policing
from bluelamp.policies.estate import Estate, kind_of
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Fail, NotApplicable, Outcome, lacks, rule
from bluelamp.policies.tighter import Forbidden
from bluelamp.policies.value import Value, some

RUNTIME: Final = "azure-native:datafactory:IntegrationRuntime"
LINKED_SERVICE: Final = "azure-native:datafactory:LinkedService"
STREAM_CLUSTER: Final = "azure-native:streamanalytics:Cluster"
STREAM_ENDPOINT: Final = "azure-native:streamanalytics:PrivateEndpoint"
NETWORK: Final = "azure-native:network:VirtualNetwork"
STREAM_JOB: Final = "azure-native:streamanalytics:StreamingJob"

_KEPT_IN: Final = ncsc("3", "11") + caf("B3.a", "B4.a") + iso("8.12", "8.22") + mcsb("NS-2") + dpa("66")
_IN_VAULT: Final = ncsc("10") + caf("B2.a", "B3.c") + iso("5.17") + mcsb("IM-8") + policing("password")


@rule(
    "BL-PAAS-040",
    "Databricks workspaces use VNet injection",
    failure="Databricks workspace does not use VNet injection",
    severity=Severity.HIGH,
    controls=_KEPT_IN + policing("network-security"),
    at=DATABRICKS,
    fix="Set parameters.customVirtualNetworkId, with the two delegated subnets, when you create the workspace.",
    example="""
spoke = network.VirtualNetwork("lake", ...)
databricks.Workspace(
    "lake",
    ...,
    parameters={
        "custom_virtual_network_id": {"value": spoke.id},
        "custom_public_subnet_name": {"value": "databricks-host"},
        "custom_private_subnet_name": {"value": "databricks-container"},
    },
)
""",
)
def databricks_vnet_injection(workspace: Value) -> Outcome:
    """In a network managed by Databricks, the force's firewall does not see outbound traffic, and the workspace cannot
    be reached through private endpoints.
    """
    if workspace["computeMode"].text("hybrid") == "serverless":
        return NotApplicable("it has serverless compute only")
    network = workspace.at("parameters.customVirtualNetworkId.value")
    return None if _names(network, NETWORK) else Fail(network, "a virtual network")


@rule(
    "BL-PAAS-041",
    "Data Factory integration runtimes use a managed or own virtual network",
    failure="Data Factory integration runtime uses the public network",
    severity=Severity.HIGH,
    controls=_KEPT_IN + policing("network-security"),
    at={RUNTIME: "properties"},
    fix="Set properties.managedVirtualNetwork, with managed private endpoints, or use a self-hosted runtime.",
    example="""
datafactory.IntegrationRuntime(
    "managed",
    ...,
    properties={
        "type": "Managed",
        "managed_virtual_network": {"reference_name": "default", "type": "ManagedVirtualNetworkReference"},
    },
)
""",
)
def integration_runtime_in_network(runtime: Value) -> Outcome:
    """A runtime outside a virtual network needs public endpoints on the data stores, and can send data
    to any address.
    """
    if runtime["type"].text("") == "selfhosted":
        return NotApplicable("it is self-hosted")
    own = (runtime.at("managedVirtualNetwork.referenceName"), runtime.at("customerVirtualNetwork.subnetId"))
    return None if some(own, lambda each: each.get("") != "") else Fail(own[0], "a managed or own virtual network")


@rule(
    "BL-PAAS-042",
    "Data Factory linked services store secrets in a key vault",
    failure="Data Factory linked service holds a secret",
    severity=Severity.HIGH,
    controls=_IN_VAULT,
    at={LINKED_SERVICE: "properties"},
    fix="Replace the secret with an AzureKeyVaultSecret reference, or use the factory's managed identity.",
    example="""
datafactory.LinkedService(
    "records",
    ...,
    properties=datafactory.SqlServerLinkedServiceArgs(
        type="SqlServer",
        server="records-db-01",
        database="Records",
        password=datafactory.AzureKeyVaultSecretReferenceArgs(
            type="AzureKeyVaultSecret",
            secret_name="records",
            store=datafactory.LinkedServiceReferenceArgs(type="LinkedServiceReference", reference_name="key-vault"),
        ),
    ),
)
""",
)
def linked_service_secrets_in_vault(
    service: Value,
    *,
    words: Forbidden[str] = ("password=", "pwd=", "accountkey=", "sharedaccesskey=", "sharedaccesssignature=", "sig="),
) -> Outcome:
    """Anyone who may read the factory, its templates or its repository can read an inline secret, and it is not
    rotated.
    """
    if service["type"].text("") == "azurekeyvault":
        return NotApplicable("it is a linked service for a key vault")
    secret = some(service.each(), lambda each: _holds_secret(each, words))
    return Fail(secret, "a reference to a key vault") if secret is not None else None


def _holds_secret(value: Value, words: tuple[str, ...]) -> bool:
    known = value.known
    if isinstance(known, str):
        compact = "".join(known.split()).lower()
        return str(value.key).lower() in _SECRET_NAMES or any(word in compact for word in words)
    if not isinstance(known, dict):
        return False
    # A template may spell the key of what the service takes as any object in another case.
    return any(str(each.key).lower() == "type" and each.text("").lower() == "securestring" for each in value.each())


_SECRET_NAMES: Final = frozenset(
    {"password", "accountkey", "sasuri", "sastoken", "accesskeysecret", "serviceprincipalkey"}
)


@rule(
    "BL-PAAS-043",
    "Stream Analytics clusters have private endpoints to their data",
    failure="Stream Analytics cluster has no private endpoint to its data",
    severity=Severity.HIGH,
    controls=_KEPT_IN + CLOSED,
    at=STREAM_CLUSTER,
    estate=True,
    fix="Add a streamanalytics.PrivateEndpoint to the cluster for each input and output of its jobs.",
    example="""
streamanalytics.Cluster("patterns", ..., cluster_name="asac-patterns")
streamanalytics.PrivateEndpoint("incidents", ..., cluster_name="asac-patterns")
""",
)
def stream_cluster_has_private_endpoint(cluster: Value, estate: Estate) -> Outcome:
    """Without private endpoints a cluster uses the public endpoints of event hubs and data lakes, which must then be
    reachable from the Internet.
    """
    if child(cluster, "clusterName", estate.of(STREAM_ENDPOINT), "clusterName") is not None:
        return None
    return lacks(cluster, "a private endpoint of this cluster")


@rule(
    "BL-PAAS-044",
    "Stream Analytics jobs run in a dedicated cluster",
    failure="Stream Analytics job does not run in a dedicated cluster",
    severity=Severity.HIGH,
    controls=_KEPT_IN,
    at=STREAM_JOB,
    fix="Set cluster.id to the force's own Stream Analytics cluster.",
    example="""
cluster = streamanalytics.Cluster("patterns", ...)
streamanalytics.StreamingJob("incidents", ..., cluster={"id": cluster.id})
""",
)
def stream_job_in_cluster(job: Value) -> Outcome:
    """Outside a cluster a job runs in a multi-tenant environment without private network access."""
    if job["jobType"].text("cloud") == "edge":
        return NotApplicable("it runs on an edge device")
    cluster = job.at("cluster.id")
    return None if _names(cluster, STREAM_CLUSTER) else Fail(cluster, "the id of a cluster")


def _names(id_: Value, kind: str) -> bool:
    """Whether the id is set, or comes from a resource of `kind` that is not deployed yet."""
    if id_.raw is UNKNOWN and kind in map(kind_of, id_.references):
        return True
    return bool(id_.get(""))
