"""Web and function apps: what they accept."""

from typing import Final

from bluelamp.policies.azure._controls import BY_IDENTITY, CLOSED, FILTERED, HARDENED, IN_TRANSIT, RESILIENT
from bluelamp.policies.controls import caf, iso, mcsb, ncsc, policing
from bluelamp.policies.literal_secrets import is_secret, secret_name
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, Must, Outcome, rule
from bluelamp.policies.tighter import Forbidden
from bluelamp.policies.value import Value, some

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


@rule(
    "BL-WEB-001",
    "Web apps accept HTTPS only",
    must=Must("httpsOnly", be=True, default=False),
    failure="Web app accepts plain HTTP",
    severity=Severity.HIGH,
    controls=IN_TRANSIT,
    at=APPS,
    fix="Set httpsOnly to true: requests over HTTP are then redirected.",
    example='web.WebApp("front-desk", ..., https_only=True)',
)
def https_only() -> None:
    """Over plain HTTP what people enter, and the session that proves who they are, can be read on the way."""


@rule(
    "BL-WEB-002",
    "Web apps take no files over plain FTP",
    must=Must("siteConfig.ftpsState", among=("FtpsOnly", "Disabled")),
    failure="Web app accepts file transfers over plain FTP",
    severity=Severity.MEDIUM,
    controls=ncsc("12") + caf("B4.c") + IN_TRANSIT + mcsb("NS-8"),
    at=APPS,
    fix="Set siteConfig.ftpsState to Disabled.",
    example='web.WebApp("front-desk", ..., site_config={"ftps_state": "Disabled"})',
)
def no_ftp() -> None:
    """FTP sends the deployment password in the clear; whoever reads it replaces the application."""


@rule(
    "BL-WEB-003",
    "Web apps refuse TLS older than 1.2",
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
    "Web apps are deployed over TLS 1.2 at least",
    must=Must("siteConfig.scmMinTlsVersion", among=("1.2", "1.3"), default="1.2"),
    failure="Web app deployment endpoint accepts TLS older than 1.2",
    severity=Severity.MEDIUM,
    controls=ncsc("12") + caf("B4.c") + IN_TRANSIT,
    at=APPS,
    fix="Set siteConfig.scmMinTlsVersion to 1.2 or 1.3, or leave it out: 1.2 is Azure's default.",
    example='web.WebApp("front-desk", ..., site_config={"scm_min_tls_version": "1.2"})',
)
def modern_tls_to_deploy() -> None:
    """Whoever breaks into the deployment of an application does not have to break into the application."""


@rule(
    "BL-WEB-005",
    "Nobody debugs a web app from afar",
    must=Must("siteConfig.remoteDebuggingEnabled", be=False, default=False),
    failure="Web app has remote debugging enabled",
    severity=Severity.HIGH,
    controls=HARDENED + ncsc("12") + mcsb("NS-8"),
    at=APPS,
    fix="Set siteConfig.remoteDebuggingEnabled to false, or leave it out.",
    example='web.WebApp("front-desk", ..., site_config={"remote_debugging_enabled": False})',
)
def no_debugging() -> None:
    """A debugger reads and changes everything the application holds, people's data and its own keys included."""


@rule(
    "BL-WEB-006",
    "Nobody publishes a web app with a password",
    must=Must("allow", be=False),
    failure="Web app accepts publishing with a password",
    severity=Severity.MEDIUM,
    controls=BY_IDENTITY + mcsb("IM-6"),
    at=PUBLISHING,
    fix="Set allow to false, and publish with an identity.",
    example='web.WebAppScmAllowed("front-desk", ..., allow=False)',
)
def no_publishing_passwords() -> None:
    """The publishing password of an app is one for all, has no second factor, and lets whoever has it replace the
    application.
    """


@rule(
    "BL-WEB-007",
    "What web apps send goes through the force's network",
    must=Must("siteConfig.vnetRouteAllEnabled", be=True, default=False),
    failure="Web app outbound traffic bypasses the force's virtual network",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=FILTERED,
    at=APPS,
    fix="Set siteConfig.vnetRouteAllEnabled to true, with virtualNetworkSubnetId.",
    example='web.WebApp("front-desk", ..., site_config={"vnet_route_all_enabled": True})',
)
def through_the_network() -> None:
    """Otherwise only what goes to private addresses does: the rest passes no firewall and no log."""


@rule(
    "BL-WEB-008",
    "Web apps are reached through a gateway, not by themselves",
    must=Must("publicNetworkAccess", be="Disabled", default="Enabled"),
    failure="Web app is reachable from the Internet",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=CLOSED + mcsb("NS-6"),
    at=APPS,
    fix="Set publicNetworkAccess to Disabled, with a private endpoint that the gateway reaches.",
    example='web.WebApp("front-desk", ..., public_network_access="Disabled")',
)
def not_public() -> None:
    """An app that answers the Internet itself is reached round the gateway and its web application firewall, by its
    other name.
    """


@rule(
    "BL-WEB-009",
    "App service plans survive the loss of a data centre",
    must=Must("zoneRedundant", be=True, default=False),
    failure="App Service plan is not zone-redundant",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=RESILIENT,
    at=PLAN,
    fix="Set zoneRedundant to true, in a Premium plan and a region with zones.",
    example='web.AppServicePlan("front-desk", ..., zone_redundant=True)',
)
def zones() -> None:
    """A plan that is not zone-redundant stands in one building, with every app that is on it."""


@rule(
    "BL-WEB-010",
    "App service environments are inside the network",
    must=Must("internalLoadBalancingMode", among=("Web, Publishing", "Web,Publishing"), default="None"),
    failure="App Service environment has a public endpoint",
    severity=Severity.HIGH,
    controls=CLOSED,
    at=ENVIRONMENT,
    fix="Set internalLoadBalancingMode to `Web, Publishing`.",
    example='web.AppServiceEnvironment("apps", ..., internal_load_balancing_mode="Web, Publishing")',
)
def internal_environment() -> None:
    """An environment of one's own that answers the Internet has the price of a private one, and not its use."""


@rule(
    "BL-WEB-011",
    "Web apps are not open to every other site",
    failure="Web app allows cross-origin requests from every site",
    severity=Severity.MEDIUM,
    controls=HARDENED + iso("8.26"),
    at=dict.fromkeys(APPS, "siteConfig.cors.allowedOrigins[*]"),
    fix="Name the sites in siteConfig.cors.allowedOrigins.",
    example="""
web.WebApp("front-desk", ..., site_config={"cors": {"allowed_origins": ["https://www.essex.police.example"]}})
""",
)
def names_other_sites(origin: Value) -> Outcome:
    """With a star every page that somebody visits may call the app in his name and read the answer."""
    return Fail(origin, "the sites that need it") if origin.text().strip() == "*" else None


@rule(
    "BL-WEB-012",
    "Web apps have no secrets in their settings",
    failure="Web app has a secret in its settings",
    severity=Severity.HIGH,
    controls=ncsc("10") + caf("B2.a", "B3.c") + iso("5.17", "8.26") + mcsb("IM-8") + policing("password"),
    at={**dict.fromkeys(APPS, "siteConfig"), **dict.fromkeys(SETTINGS, "")},
    fix="Keep the secret in a vault and refer to it: @Microsoft.KeyVault(SecretUri=…).",
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
    """Settings are read by everybody who may read the app, stand in its deployments' history and in its logs; nobody
    can say who saw them, and they are never changed.
    """

    def is_told(name: str, value: Value) -> bool:
        named = any(word in name.lower() for word in words)
        if value.missing if named else not isinstance(value.raw, str):
            return False
        return is_secret(secret_name(name) if named else "", value)

    if config.outer is None:  # the settings or the connection strings by themselves, by name
        entries = config["properties"].each()
        told = some(entries, lambda each: is_told(str(each.key), each["value"] if _is_connection(each) else each))
        return Fail(told["value"] if _is_connection(told) else told, _VAULT, show=False) if told else None
    setting = some(config["appSettings"].each(), lambda each: is_told(str(each["name"].get("")), each["value"]))
    if setting:
        return Fail(setting["value"], _VAULT, show=False)
    connection = some(config["connectionStrings"].each(), lambda each: is_secret("", each["connectionString"]))
    return Fail(connection["connectionString"], "one without a password", show=False) if connection else None


def _is_connection(entry: Value) -> bool:
    return entry.resource.type.rpartition(":")[2].startswith("WebAppConnectionStrings")
