"""Messaging, API Management, Automation and Logic Apps."""

from typing import Final

from bluelamp.policies.address_lists import unless_wide
from bluelamp.policies.addresses import WIDEST
from bluelamp.policies.azure._controls import BY_IDENTITY, CLOSED, FILTERED, IN_TRANSIT
from bluelamp.policies.azure._kin import child
from bluelamp.policies.azure._lists import admitted
from bluelamp.policies.azure.paas.paas_common import AUTOMATION, NAMESPACE_NETWORKS
from bluelamp.policies.controls import caf, iso, mcsb, ncsc, policing
from bluelamp.policies.estate import Estate
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, Must, NotApplicable, Outcome, rule
from bluelamp.policies.tighter import Allowed, EachAtLeast, Forbidden
from bluelamp.policies.value import Value, some

NAMESPACE_RULES: Final = (
    "azure-native:eventhub:NamespaceAuthorizationRule",
    "azure-native:servicebus:NamespaceAuthorizationRule",
)
VARIABLE: Final = "azure-native:automation:Variable"
API_MANAGEMENT: Final = "azure-native:apimanagement:ApiManagementService"
API: Final = "azure-native:apimanagement:Api"
NAMED_VALUE: Final = "azure-native:apimanagement:NamedValue"
API_BACKEND: Final = "azure-native:apimanagement:Backend"
WORKFLOW: Final = "azure-native:logic:Workflow"
_API_POLICIES: Final = tuple(
    f"azure-native:apimanagement:{kind}" for kind in ("ApiOperationPolicy", "ApiPolicy", "Policy", "ProductPolicy")
)

_IN_VAULT: Final = ncsc("10") + caf("B2.a", "B3.c") + iso("5.17") + mcsb("IM-8") + policing("password")


@rule(
    "BL-PAAS-030",
    "Messaging namespace network rules deny access by default",
    must=Must("defaultAction", be="Deny", default="Allow"),
    failure="Messaging namespace network rules allow access by default",
    severity=Severity.HIGH,
    controls=CLOSED,
    at=NAMESPACE_NETWORKS,
    fix="Set defaultAction to Deny.",
    example='servicebus.NamespaceNetworkRuleSet("dispatch", ..., default_action="Deny")',
)
def network_rules_deny_by_default() -> None:
    """A rule set with default action Allow admits every network, not only the listed ones."""


@rule(
    "BL-PAAS-031",
    "No authorisation rule has the Manage right on a messaging namespace",
    failure="Authorisation rule has the Manage right on a messaging namespace",
    severity=Severity.HIGH,
    controls=BY_IDENTITY + mcsb("PA-7"),
    at=NAMESPACE_RULES,
    fix="Assign data roles to applications. Where a key is unavoidable, limit it to Send or Listen on one queue.",
    example='servicebus.NamespaceAuthorizationRule("sender", ..., rights=["Send"])',
)
def no_manage_right(entry: Value) -> Outcome:
    """A key with the Manage right can read every message, delete every queue and create more keys."""
    right = some(entry["rights"].each(), lambda each: each.text() == "manage")
    return Fail(right, "Send or Listen") if right else None


@rule(
    "BL-PAAS-032",
    "Automation accounts have public network access disabled",
    must=Must("publicNetworkAccess", be=False, default=True),
    failure="Automation account has public network access enabled",
    severity=Severity.HIGH,
    controls=CLOSED,
    at=AUTOMATION,
    fix="Set publicNetworkAccess to false, with private endpoints for webhooks and agents.",
    example='automation.AutomationAccount("patching", ..., public_network_access=False)',
)
def automation_not_public() -> None:
    """Anyone who knows a webhook's URL can start its runbook, which runs with administrator rights on many virtual
    machines.
    """


@rule(
    "BL-PAAS-033",
    "Automation variables are encrypted",
    must=Must("isEncrypted", be=True, default=False),
    failure="Automation variable is stored unencrypted",
    severity=Severity.MEDIUM,
    controls=_IN_VAULT + mcsb("DP-4"),
    at=VARIABLE,
    fix="Set isEncrypted to true when you create the variable. Preferably, store secrets in a key vault.",
    example='automation.Variable("ledger", ..., is_encrypted=True)',
)
def variables_encrypted() -> None:
    """Anyone who may read the account can read an unencrypted variable. It cannot be encrypted after creation."""


@rule(
    "BL-PAAS-034",
    "API Management is deployed in the virtual network in internal mode",
    failure="API Management is deployed outside the virtual network",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=FILTERED,
    at=API_MANAGEMENT,
    estate=True,
    fix="Set virtualNetworkType to Internal, with virtualNetworkConfiguration.",
    example='apimanagement.ApiManagementService("partners", ..., virtual_network_type="Internal")',
)
def api_management_internal(
    service: Value, estate: Estate, *, among: Allowed[str] = ("Internal", "External")
) -> Outcome:
    """An instance outside the network reaches its backends over the Internet, so every backend has to be public."""
    place = service["virtualNetworkType"]
    if place.text("none") in {each.lower() for each in among}:
        return None
    behind = [
        *estate.of(API_BACKEND),
        *(api for api in estate.of(API) if not api["serviceUrl"].missing),
        *(policy for policy in estate.of(*_API_POLICIES) if _asks_elsewhere(policy)),
    ]
    if child(service, "serviceName", estate.of(API), "serviceName") and not child(
        service, "serviceName", behind, "serviceName"
    ):
        return NotApplicable("its APIs are self-contained and have no backends")
    return Fail(place, " or ".join(among))


def _asks_elsewhere(policy: Value) -> bool:
    text = policy["value"].text()
    return any(element in text for element in ("<set-backend-service", "<send-request", "<send-one-way-request"))


@rule(
    "BL-PAAS-035",
    "API Management has obsolete protocols and ciphers disabled",
    failure="API Management has obsolete protocols or ciphers enabled",
    severity=Severity.HIGH,
    controls=IN_TRANSIT + mcsb("NS-8"),
    at=API_MANAGEMENT,
    fix="Remove the custom properties that enable SSL 3.0, TLS 1.0, TLS 1.1 or 3DES, or set them to false.",
    example="""
apimanagement.ApiManagementService(
    "partners",
    ...,
    custom_properties={"Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Protocols.Tls10": "false"},
)
""",
)
def no_obsolete_protocols(
    service: Value, *, endings: Forbidden[str] = (".Ssl30", ".Tls10", ".Tls11", ".TripleDes168")
) -> Outcome:
    """They are disabled by default. Enabling them for one old client enables them for all."""
    old = tuple(each.lower() for each in endings)
    on = some(
        service["customProperties"].each(),
        lambda each: str(each.key).lower().endswith(old) and each.text() == "true",
    )
    return Fail(on, "false") if on else None


@rule(
    "BL-PAAS-036",
    "API Management APIs use encrypted protocols only",
    failure="API Management API accepts plain HTTP",
    severity=Severity.HIGH,
    controls=IN_TRANSIT,
    at=API,
    fix="Set protocols to https, or wss for WebSocket APIs.",
    example='apimanagement.Api("incidents", ..., protocols=["https"])',
)
def encrypted_api_protocols(interface: Value) -> Outcome:
    """Every network in between can read requests, responses and subscription keys over plain HTTP."""
    plain = some(interface["protocols"].each(), lambda each: each.text() in {"http", "ws"})
    return Fail(plain, "https or wss") if plain else None


@rule(
    "BL-PAAS-037",
    "API Management named values store secrets in a key vault",
    failure="API Management named value holds a secret outside a key vault",
    severity=Severity.HIGH,
    controls=_IN_VAULT,
    at=NAMED_VALUE,
    fix="Set keyVault.secretIdentifier instead of value.",
    example="""
apimanagement.NamedValue(
    "ledger",
    ...,
    secret=True,
    key_vault={"secret_identifier": "https://kv-records.vault.azure.net/secrets/ledger"},
)
""",
)
def named_value_in_vault(named: Value) -> Outcome:
    """Anyone who may list the secrets of the instance can read an inline secret, and it is not rotated."""
    if named["secret"].get(False) is False:
        return NotApplicable("it is not a secret")
    vault = named["keyVault"]
    return Fail(vault, "a reference to a vault") if vault.missing else None


@rule(
    "BL-PAAS-038",
    "API Management validates backend certificates",
    failure="API Management does not validate backend certificates",
    severity=Severity.HIGH,
    controls=IN_TRANSIT + mcsb("IM-4"),
    at={API_BACKEND: "tls"},
    fix="Leave tls out, or set validateCertificateChain and validateCertificateName to true.",
    example="""
apimanagement.Backend("ledger", ..., tls={"validate_certificate_chain": True, "validate_certificate_name": True})
""",
)
def backend_certificates_validated(tls: Value) -> Outcome:
    """Without certificate validation, TLS does not protect against an attacker in the middle."""
    checks = (tls["validateCertificateChain"], tls["validateCertificateName"])
    off = some(checks, lambda each: each.get(True) is not True)
    return Fail(off, True) if off else None


@rule(
    "BL-PAAS-039",
    "Logic app triggers restrict caller IP addresses",
    failure="Logic app trigger accepts callers from any IP address",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=CLOSED,
    at=WORKFLOW,
    fix="Set accessControl.triggers.allowedCallerIpAddresses to the callers' ranges.",
    example="""
logic.Workflow(
    "dispatch",
    ...,
    access_control={"triggers": {"allowed_caller_ip_addresses": [{"address_range": "10.16.4.0/24"}]}},
)
""",
)
def trigger_restricts_callers(workflow: Value, *, widest: EachAtLeast[int] = WIDEST) -> Outcome:
    """The trigger URL contains its key. Anyone who obtains it from a log or e-mail can start the workflow."""
    callers = workflow.at("accessControl.triggers.allowedCallerIpAddresses")
    items = list(admitted(callers, "addressRange"))
    if not items:
        return Fail(callers, "the ranges of its callers")
    return unless_wide(items, widest, "the ranges of its callers")
