"""Web apps, function apps, App Service plans and App Service Environments."""

from functools import partial
from typing import Final

from bluelamp.policies.azure._controls import BY_IDENTITY, CLOSED, FILTERED, HARDENED, IN_TRANSIT, RESILIENT
from bluelamp.policies.controls import caf, iso, mcsb, ncsc, policing
from bluelamp.policies.defaults import is_since
from bluelamp.policies.literal_secrets import is_secret, secret_name
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, Must, Outcome, rule
from bluelamp.policies.tighter import Forbidden
from bluelamp.policies.value import Value, any_of, some

APPS: Final = ("azure-native:web:WebApp", "azure-native:web:WebAppSlot")
PUBLISHING: Final = (
    "azure-native:web:WebAppFtpAllowed",
    "azure-native:web:WebAppFtpAllowedSlot",
    "azure-native:web:WebAppScmAllowed",
    "azure-native:web:WebAppScmAllowedSlot",
)
SETTINGS: Final = (
    "azure-native:web:WebAppApplicationSettings",
    "azure-native:web:WebAppApplicationSettingsSlot",
    "azure-native:web:WebAppConnectionStrings",
    "azure-native:web:WebAppConnectionStringsSlot",
)
PLAN: Final = "azure-native:web:AppServicePlan"
ENVIRONMENT: Final = "azure-native:web:AppServiceEnvironment"

_VAULT: Final = "a reference to a vault"
# The site's setting since then; that of siteConfig is ignored: https://github.com/Azure/azure-cli/pull/32634.
_ROUTING_SINCE: Final = "2024-11-01"
_ROUTING: Final = ("outboundVnetRouting.applicationTraffic", "outboundVnetRouting.allTraffic")
_FORMER_ROUTING: Final = "siteConfig.vnetRouteAllEnabled"


@rule(
    "BL-WEB-001",
    "Web apps require HTTPS",
    must=Must("httpsOnly", be=True, default=False),
    failure="Web app accepts plain HTTP",
    severity=Severity.HIGH,
    controls=IN_TRANSIT,
    at=APPS,
    fix="Set httpsOnly to true. Azure then redirects HTTP requests.",
    example='web.WebApp("front-desk", ..., https_only=True)',
)
def https_only() -> None:
    """Plain HTTP exposes form data and session cookies to interception."""


@rule(
    "BL-WEB-002",
    "Web apps disallow plain FTP deployment",
    must=Must("siteConfig.ftpsState", among=("FtpsOnly", "Disabled")),
    failure="Web app allows plain FTP deployment",
    severity=Severity.MEDIUM,
    controls=ncsc("12") + caf("B4.c") + IN_TRANSIT + mcsb("NS-8"),
    at=APPS,
    fix="Set siteConfig.ftpsState to Disabled.",
    example='web.WebApp("front-desk", ..., site_config={"ftps_state": "Disabled"})',
)
def no_ftp() -> None:
    """FTP sends the deployment password unencrypted. With it an attacker can replace the application."""


@rule(
    "BL-WEB-003",
    "Web apps require TLS 1.2 or later",
    must=Must("siteConfig.minTlsVersion", among=("1.2", "1.3"), default="1.2"),
    failure="Web app accepts TLS older than 1.2",
    severity=Severity.HIGH,
    controls=IN_TRANSIT,
    at=APPS,
    fix="Set siteConfig.minTlsVersion to 1.2 or 1.3, or leave it out: 1.2 is Azure's default.",
    example='web.WebApp("front-desk", ..., site_config={"min_tls_version": "1.3"})',
)
def modern_tls() -> None:
    """TLS 1.0 and 1.1 have known weaknesses and were withdrawn in 2021 (RFC 8996)."""


@rule(
    "BL-WEB-004",
    "Web app deployment endpoints (SCM) require TLS 1.2 or later",
    must=Must("siteConfig.scmMinTlsVersion", among=("1.2", "1.3"), default="1.2"),
    failure="Web app deployment endpoint (SCM) accepts TLS older than 1.2",
    severity=Severity.MEDIUM,
    controls=ncsc("12") + caf("B4.c") + IN_TRANSIT,
    at=APPS,
    fix="Set siteConfig.scmMinTlsVersion to 1.2 or 1.3, or leave it out: 1.2 is Azure's default.",
    example='web.WebApp("front-desk", ..., site_config={"scm_min_tls_version": "1.2"})',
)
def modern_tls_to_deploy() -> None:
    """An attacker who controls the deployment endpoint controls the application."""


@rule(
    "BL-WEB-005",
    "Web apps have remote debugging disabled",
    must=Must("siteConfig.remoteDebuggingEnabled", be=False, default=False),
    failure="Web app has remote debugging enabled",
    severity=Severity.HIGH,
    controls=HARDENED + ncsc("12") + mcsb("NS-8"),
    at=APPS,
    fix="Set siteConfig.remoteDebuggingEnabled to false, or leave it out.",
    example='web.WebApp("front-desk", ..., site_config={"remote_debugging_enabled": False})',
)
def no_debugging() -> None:
    """A debugger can read and change everything in the application's memory, including personal data and keys."""


@rule(
    "BL-WEB-006",
    "Web apps have basic authentication for publishing disabled",
    must=Must("allow", be=False),
    failure="Web app has basic authentication for publishing enabled",
    severity=Severity.MEDIUM,
    controls=BY_IDENTITY + mcsb("IM-6"),
    at=PUBLISHING,
    fix="Set allow to false, and publish with an Entra ID identity.",
    example='web.WebAppScmAllowed("front-desk", ..., allow=False)',
)
def no_publishing_passwords() -> None:
    """The publishing password is shared and has no multi-factor authentication. Anyone who has it can replace the
    application.
    """


@rule(
    "BL-WEB-007",
    "Web apps route all outbound traffic through the virtual network",
    failure="Web app outbound traffic bypasses the virtual network",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=FILTERED,
    at=APPS,
    fix="""Set outboundVnetRouting.applicationTraffic to true, with virtualNetworkSubnetId; before API version
    2024-11-01, set siteConfig.vnetRouteAllEnabled.""",
    example='web.WebApp("front-desk", ..., outbound_vnet_routing={"application_traffic": True})',
)
def outbound_through_network(app: Value) -> Outcome:
    """By default only traffic to private addresses uses the virtual network. The rest passes no firewall and no log."""
    paths = _ROUTING if is_since(app, _ROUTING_SINCE) else (_FORMER_ROUTING,)

    def enabled(path: str) -> bool | None:
        return app.at(path).get(False) is True or None

    if any_of(partial(enabled, path) for path in paths):
        return None
    found = app.at(paths[0])
    return Fail(found, True, "the service's default is false" if found.missing else "")


@rule(
    "BL-WEB-008",
    "Web apps have public network access disabled",
    must=Must("publicNetworkAccess", be="Disabled", default="Enabled"),
    failure="Web app has public network access enabled",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=CLOSED + mcsb("NS-6"),
    at=APPS,
    fix="Set publicNetworkAccess to Disabled, with a private endpoint for the gateway.",
    example='web.WebApp("front-desk", ..., public_network_access="Disabled")',
)
def not_public() -> None:
    """With public network access, clients can bypass the gateway and its web application firewall by using the app's
    default host name.
    """


@rule(
    "BL-WEB-009",
    "App Service plans are zone-redundant",
    must=Must("zoneRedundant", be=True, default=False),
    failure="App Service plan is not zone-redundant",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=RESILIENT,
    at=PLAN,
    fix="Set zoneRedundant to true, in a Premium plan and a region with zones.",
    example='web.AppServicePlan("front-desk", ..., zone_redundant=True)',
)
def zone_redundant() -> None:
    """A plan that is not zone-redundant runs in one data centre, with every app on it."""


@rule(
    "BL-WEB-010",
    "App Service Environments use an internal load balancer",
    must=Must("internalLoadBalancingMode", among=("Web, Publishing", "Web,Publishing"), default="None"),
    failure="App Service Environment has a public endpoint",
    severity=Severity.HIGH,
    controls=CLOSED,
    at=ENVIRONMENT,
    fix="Set internalLoadBalancingMode to `Web, Publishing`.",
    example='web.AppServiceEnvironment("apps", ..., internal_load_balancing_mode="Web, Publishing")',
)
def internal_environment() -> None:
    """An App Service Environment with a public endpoint costs as much as a private one without its isolation."""


@rule(
    "BL-WEB-011",
    "Web apps do not allow cross-origin requests (CORS) from every origin",
    failure="Web app allows cross-origin requests (CORS) from any origin",
    severity=Severity.MEDIUM,
    controls=HARDENED + iso("8.26"),
    at=dict.fromkeys(APPS, "siteConfig.cors.allowedOrigins[*]"),
    fix="List the origins in siteConfig.cors.allowedOrigins.",
    example="""
web.WebApp("front-desk", ..., site_config={"cors": {"allowed_origins": ["https://www.essex.police.example"]}})
""",
)
def no_cors_wildcard(origin: Value) -> Outcome:
    """With the wildcard origin, scripts on any web page can call the app from a user's browser and read the responses,
    even if only the force's network can reach the app.
    """
    return Fail(origin, "the origins that need it") if origin.text().strip() == "*" else None


@rule(
    "BL-WEB-012",
    "Web app settings contain no secrets",
    failure="Web app settings contain a secret",
    severity=Severity.HIGH,
    controls=ncsc("10") + caf("B2.a", "B3.c") + iso("5.17", "8.26") + mcsb("IM-8") + policing("password"),
    at={**dict.fromkeys(APPS, "siteConfig"), **dict.fromkeys(SETTINGS, "")},
    fix="Store the secret in a key vault and refer to it: @Microsoft.KeyVault(SecretUri=…).",
    example="""
web.WebApp(
    "front-desk",
    ...,
    site_config={
        "app_settings": [
            {
                "name": "LEDGER_PASSWORD",
                "value": "@Microsoft.KeyVault(SecretUri=https://kv-records.vault.azure.net/secrets/ledger)",
            }
        ]
    },
)
""",
)
def no_secrets_in_settings(
    config: Value, *, words: Forbidden[str] = ("password", "secret", "accountkey", "apikey", "api_key", "access_key")
) -> Outcome:
    """Anyone who may read the app can read its settings. They also appear in deployment history and logs, and such
    secrets are rarely rotated.
    """

    def is_disclosed(name: str, value: Value) -> bool:
        named = any(word in name.lower() for word in words)
        if value.missing if named else not isinstance(value.raw, str):
            return False
        return is_secret(secret_name(name) if named else "", value)

    if config.outer is None:  # the settings or connection strings are a separate resource, keyed by name
        entries = config["properties"].each()
        entry = some(entries, lambda each: is_disclosed(str(each.key), each["value"] if _is_connection(each) else each))
        return Fail(entry["value"] if _is_connection(entry) else entry, _VAULT, show=False) if entry else None
    setting = some(config["appSettings"].each(), lambda each: is_disclosed(str(each["name"].get("")), each["value"]))
    if setting:
        return Fail(setting["value"], _VAULT, show=False)
    connection = some(config["connectionStrings"].each(), lambda each: is_secret("", each["connectionString"]))
    return Fail(connection["connectionString"], "one without a password", show=False) if connection else None


def _is_connection(entry: Value) -> bool:
    return entry.resource.type.rpartition(":")[2].startswith("WebAppConnectionStrings")
