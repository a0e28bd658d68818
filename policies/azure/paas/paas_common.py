"""Requirements on all platform services: network access, authentication and TLS."""

from typing import Final

from bluelamp.policies.azure._arm import private_endpoints
from bluelamp.policies.azure._controls import BY_IDENTITY, CLOSED, IN_TRANSIT
from bluelamp.policies.azure.storage.sto_accounts import ACCOUNT
from bluelamp.policies.controls import ncsc
from bluelamp.policies.estate import Estate, canonical
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Must, NotApplicable, Outcome, lacks, rule
from bluelamp.policies.value import Value

APP_CONFIGURATION: Final = "azure-native:appconfiguration:ConfigurationStore"
AUTOMATION: Final = "azure-native:automation:AutomationAccount"
BATCH: Final = "azure-native:batch:BatchAccount"
COGNITIVE: Final = "azure-native:cognitiveservices:Account"
COSMOS: Final = "azure-native:cosmosdb:DatabaseAccount"
DATA_FACTORY: Final = "azure-native:datafactory:Factory"
DATABRICKS: Final = "azure-native:databricks:Workspace"
EVENT_GRIDS: Final = ("azure-native:eventgrid:Domain", "azure-native:eventgrid:Topic")
EVENT_HUBS: Final = "azure-native:eventhub:Namespace"
GRAFANA: Final = "azure-native:dashboard:Grafana"
IOT_HUB: Final = "azure-native:iothub:IotHubResource"
KUSTO: Final = "azure-native:kusto:Cluster"
MACHINE_LEARNING: Final = "azure-native:machinelearningservices:Workspace"
PURVIEW: Final = "azure-native:purview:Account"
REDIS: Final = "azure-native:redis:Redis"
REDIS_ENTERPRISE: Final = "azure-native:redisenterprise:RedisEnterprise"
SEARCH: Final = "azure-native:search:Service"
SERVICE_BUS: Final = "azure-native:servicebus:Namespace"
SIGNALS: Final = ("azure-native:signalrservice:SignalR", "azure-native:webpubsub:WebPubSub")
NAMESPACE_NETWORKS: Final = (
    "azure-native:eventhub:NamespaceNetworkRuleSet",
    "azure-native:servicebus:NamespaceNetworkRuleSet",
)
"""The network rules of a namespace, which override whether it is public."""
SYNAPSE: Final = "azure-native:synapse:Workspace"

_BELOW_PROPERTIES: Final = (COGNITIVE, IOT_HUB)
_TIERS_WITHOUT_ENDPOINTS: Final = {SERVICE_BUS: {"basic", "standard"}, EVENT_HUBS: {"basic"}}


@rule(
    "BL-PAAS-001",
    "Platform services have local (key-based) authentication disabled",
    must=Must("disableLocalAuth", be=True, default=False),
    failure="Platform service has local (key-based) authentication enabled",
    severity=Severity.HIGH,
    controls=BY_IDENTITY,
    at={
        **dict.fromkeys(
            (APP_CONFIGURATION, AUTOMATION, COSMOS, *EVENT_GRIDS, EVENT_HUBS, SEARCH, SERVICE_BUS, *SIGNALS), ""
        ),
        **dict.fromkeys(_BELOW_PROPERTIES, "properties"),
    },
    fix="Set disableLocalAuth to true and assign a data role to the identities that need access.",
    example='cosmosdb.DatabaseAccount("records", ..., disable_local_auth=True)',
)
def no_local_auth() -> None:
    """A shared key gives permanent access to the service without an identity: no role, no Conditional Access, no name
    in the log.
    """


@rule(
    "BL-PAAS-002",
    "Platform services have public network access disabled or secured by perimeter",
    must=Must("publicNetworkAccess", among=("Disabled", "SecuredByPerimeter"), default="Enabled"),
    failure="Platform service has public network access enabled",
    severity=Severity.HIGH,
    controls=CLOSED,
    at={
        **dict.fromkeys(
            (
                APP_CONFIGURATION,
                BATCH,
                COSMOS,
                DATABRICKS,
                DATA_FACTORY,
                *EVENT_GRIDS,
                EVENT_HUBS,
                KUSTO,
                MACHINE_LEARNING,
                *NAMESPACE_NETWORKS,
                PURVIEW,
                REDIS,
                REDIS_ENTERPRISE,
                SEARCH,
                SERVICE_BUS,
                *SIGNALS,
                SYNAPSE,
            ),
            "",
        ),
        **dict.fromkeys((*_BELOW_PROPERTIES, GRAFANA), "properties"),
    },
    fix="Set publicNetworkAccess to Disabled and use a private endpoint.",
    example='cosmosdb.DatabaseAccount("records", ..., public_network_access="Disabled")',
)
def not_public() -> None:
    """With public network access, one leaked key or one vulnerability exposes the service to everyone."""


@rule(
    "BL-PAAS-003",
    "Messaging namespaces and caches require TLS 1.2 or later",
    must=Must("minimumTlsVersion", among=("1.2", "1.3")),
    failure="Messaging namespace or cache accepts TLS older than 1.2",
    severity=Severity.HIGH,
    controls=IN_TRANSIT,
    at=(EVENT_HUBS, REDIS, REDIS_ENTERPRISE, SERVICE_BUS),
    fix="Set minimumTlsVersion to 1.2.",
    example='servicebus.Namespace("dispatch", ..., minimum_tls_version="1.2")',
)
def modern_tls() -> None:
    """TLS 1.0 and 1.1 have known weaknesses and were withdrawn in 2021 (RFC 8996)."""


@rule(
    "BL-PAAS-005",
    "Event Grid requires TLS 1.2 or later from publishers",
    must=Must("minimumTlsVersionAllowed", be="1.2"),
    failure="Event Grid accepts publishers with TLS older than 1.2",
    severity=Severity.HIGH,
    controls=IN_TRANSIT,
    at=EVENT_GRIDS,
    fix="Set minimumTlsVersionAllowed to 1.2.",
    example='eventgrid.Topic("incidents", ..., minimum_tls_version_allowed="1.2")',
)
def modern_tls_for_events() -> None:
    """TLS 1.0 and 1.1 have known weaknesses and were withdrawn in 2021 (RFC 8996)."""


@rule(
    "BL-PAAS-004",
    "Platform services have a private endpoint",
    failure="Platform service has no private endpoint",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("3") + CLOSED,
    at=(
        ACCOUNT,
        APP_CONFIGURATION,
        AUTOMATION,
        COGNITIVE,
        COSMOS,
        DATABRICKS,
        DATA_FACTORY,
        *EVENT_GRIDS,
        EVENT_HUBS,
        IOT_HUB,
        KUSTO,
        MACHINE_LEARNING,
        PURVIEW,
        REDIS,
        REDIS_ENTERPRISE,
        SEARCH,
        SERVICE_BUS,
        *SIGNALS,
        SYNAPSE,
        "azure-native:containerregistry:Registry",
        "azure-native:keyvault:ManagedHsm",
        "azure-native:sql:Server",
    ),
    estate=True,
    fix="Add a private endpoint that connects to the service, in a subnet of the force's network.",
    example="""
account = storage.StorageAccount("records", ..., account_name="strecords")
network.PrivateEndpoint(
    "records",
    ...,
    private_link_service_connections=[
        {"name": "records", "private_link_service_id": account.id, "group_ids": ["blob"]}
    ],
)
""",
)
def service_has_private_endpoint(service: Value, estate: Estate) -> Outcome:
    """A service without public access and without a private endpoint is unusable. In an incident, public access would
    then be enabled under time pressure.
    """
    without = _TIERS_WITHOUT_ENDPOINTS.get(canonical(service.resource.type))
    if without and service.at("sku.name").text("Standard") in without:
        return NotApplicable("its tier does not support private endpoints")
    if estate.once(private_endpoints).reach(service):
        return None
    return lacks(service, "a private endpoint that connects to this service")
