"""A web site: an app with its slot and database, a static page, a cache, names, and two ways to the edge."""

from urllib.parse import urlparse

import pulumi
import pulumi_azure_native as azure
import pulumi_random as random
from pulumi_azure_native import applicationinsights, cdn, dns, redis, sql, storage, trafficmanager, web

config = pulumi.Config()
origin = config.require("origin")

group = azure.resources.ResourceGroup("site", tags={"service": "site"})

account = storage.StorageAccount(
    "pages",
    resource_group_name=group.name,
    kind=storage.Kind.STORAGE_V2,
    sku=storage.SkuArgs(name=storage.SkuName.STANDARD_LRS),
)
static = storage.StorageAccountStaticWebsite(
    "static", account_name=account.name, resource_group_name=group.name, index_document="index.html"
)
page = storage.Blob(
    "index.html",
    resource_group_name=group.name,
    account_name=account.name,
    container_name=static.container_name,
    source=pulumi.FileAsset("site/index.html"),
    content_type="text/html",
)
packages = storage.BlobContainer("packages", account_name=account.name, resource_group_name=group.name)
package = storage.Blob(
    "package.zip",
    resource_group_name=group.name,
    account_name=account.name,
    container_name=packages.name,
    source=pulumi.AssetArchive({".": pulumi.FileArchive("site")}),
)
sas = storage.list_storage_account_service_sas_output(
    account_name=account.name,
    resource_group_name=group.name,
    protocols=storage.HttpProtocol.HTTPS,
    resource=storage.SignedResource.C,
    permissions=storage.Permissions.R,
    shared_access_start_time="2026-01-01",
    shared_access_expiry_time="2036-01-01",
    canonicalized_resource=pulumi.Output.concat("/blob/", account.name, "/", packages.name),
)
package_url = pulumi.Output.concat(
    account.primary_endpoints.blob, packages.name, "/", package.name, "?", sas.service_sas_token
)

telemetry = applicationinsights.Component(
    "telemetry",
    resource_group_name=group.name,
    kind="web",
    application_type=applicationinsights.ApplicationType.WEB,
    ingestion_mode="ApplicationInsights",
)

password = random.RandomPassword("sql-admin", length=32)
server = sql.Server(
    "server",
    resource_group_name=group.name,
    administrator_login="siteadmin",
    administrator_login_password=password.result,
    minimal_tls_version="1.2",
    version="12.0",
)
pool = sql.ElasticPool(
    "pool",
    resource_group_name=group.name,
    server_name=server.name,
    sku=sql.SkuArgs(name="StandardPool", tier="Standard", capacity=50),
)
database = sql.Database("database", resource_group_name=group.name, server_name=server.name, elastic_pool_id=pool.id)
sql.FirewallRule(
    "services",
    resource_group_name=group.name,
    server_name=server.name,
    start_ip_address="0.0.0.0",
    end_ip_address="0.0.0.0",
)

cache = redis.Redis(
    "cache",
    resource_group_name=group.name,
    enable_non_ssl_port=False,
    minimum_tls_version="1.2",
    sku={"name": "Standard", "family": "C", "capacity": 1},
)
keys = redis.list_redis_keys_output(name=cache.name, resource_group_name=group.name)

plan = web.AppServicePlan(
    "plan", resource_group_name=group.name, kind="Linux", reserved=True, sku={"name": "P1v3", "tier": "PremiumV3"}
)
settings = [
    web.NameValuePairArgs(name="WEBSITE_RUN_FROM_PACKAGE", value=package_url),
    web.NameValuePairArgs(name="APPLICATIONINSIGHTS_CONNECTION_STRING", value=telemetry.connection_string),
    web.NameValuePairArgs(name="CACHE_KEY", value=keys.primary_key),
]
app = web.WebApp(
    "app",
    resource_group_name=group.name,
    server_farm_id=plan.id,
    https_only=True,
    identity=web.ManagedServiceIdentityArgs(type=web.ManagedServiceIdentityType.SYSTEM_ASSIGNED),
    site_config=web.SiteConfigArgs(
        app_settings=settings,
        linux_fx_version="PYTHON|3.12",
        min_tls_version="1.2",
        connection_strings=[
            web.ConnStringInfoArgs(
                name="db",
                type=web.ConnectionStringType.SQL_AZURE,
                connection_string=pulumi.Output.all(server.name, database.name, password.result).apply(
                    lambda known: f"Server=tcp:{known[0]}.database.windows.net;Database={known[1]};Pwd={known[2]}"
                ),
            )
        ],
    ),
)
slot = web.WebAppSlot("staging", name=app.name, slot="staging", resource_group_name=group.name, server_farm_id=plan.id)
docs = web.StaticSite(
    "docs", resource_group_name=group.name, location="westeurope", sku={"name": "Free", "tier": "Free"}
)

classic = cdn.Profile("classic", resource_group_name=group.name, location="global", sku={"name": "Standard_Microsoft"})
static_host = account.primary_endpoints.web.apply(lambda url: urlparse(url).hostname)
endpoint = cdn.Endpoint(
    "static-endpoint",
    resource_group_name=group.name,
    profile_name=classic.name,
    is_http_allowed=False,
    origin_host_header=static_host,
    origins=[cdn.DeepCreatedOriginArgs(name="storage", host_name=static_host)],
)

edge = cdn.Profile("edge", resource_group_name=group.name, location="Global", sku={"name": "Premium_AzureFrontDoor"})
front = cdn.AFDEndpoint(
    "front", resource_group_name=group.name, profile_name=edge.name, location="Global", enabled_state="Enabled"
)
origins = cdn.AFDOriginGroup(
    "origins",
    resource_group_name=group.name,
    profile_name=edge.name,
    load_balancing_settings=cdn.LoadBalancingSettingsParametersArgs(
        sample_size=4, successful_samples_required=3, additional_latency_in_milliseconds=50
    ),
    health_probe_settings=cdn.HealthProbeParametersArgs(
        probe_path="/", probe_request_type="HEAD", probe_protocol="Https", probe_interval_in_seconds=100
    ),
)
afd_origin = cdn.AFDOrigin(
    "app-origin",
    resource_group_name=group.name,
    profile_name=edge.name,
    origin_group_name=origins.name,
    host_name=app.default_host_name,
    origin_host_header=app.default_host_name,
    priority=1,
    weight=1000,
)
cdn.Route(
    "everything",
    resource_group_name=group.name,
    profile_name=edge.name,
    endpoint_name=front.name,
    origin_group=cdn.ResourceReferenceArgs(id=origins.id),
    patterns_to_match=["/*"],
    supported_protocols=["Http", "Https"],
    https_redirect="Enabled",
    forwarding_protocol="HttpsOnly",
    link_to_default_domain="Enabled",
    opts=pulumi.ResourceOptions(depends_on=[afd_origin]),
)

zone = dns.Zone("zone", zone_name="example.org", location="global", resource_group_name=group.name)
dns.RecordSet(
    "www",
    resource_group_name=group.name,
    zone_name=zone.name,
    relative_record_set_name="www",
    record_type="CNAME",
    ttl=3600,
    cname_record=dns.CnameRecordArgs(cname=front.host_name),
)
traffic = trafficmanager.Profile(
    "traffic",
    resource_group_name=group.name,
    location="global",
    traffic_routing_method="Priority",
    dns_config=trafficmanager.DnsConfigArgs(relative_name="example-site-traffic", ttl=30),
    monitor_config=trafficmanager.MonitorConfigArgs(protocol="HTTPS", port=443, path="/"),
)
trafficmanager.Endpoint(
    "elsewhere",
    resource_group_name=group.name,
    profile_name=traffic.name,
    endpoint_type="ExternalEndpoints",
    type="Microsoft.Network/trafficManagerProfiles/externalEndpoints",
    target=origin,
    priority=1,
)

pulumi.export("app", pulumi.Output.concat("https://", app.default_host_name))
pulumi.export("principal", app.identity.apply(lambda identity: identity.principal_id))
pulumi.export("page", page.url)
pulumi.export("cdn", endpoint.host_name)
pulumi.export("docs", docs.default_hostname)
pulumi.export("name-servers", zone.name_servers)
