"""What joins systems: messages, interfaces, workflows and automation."""

from typing import Final

from bluelamp.policies.address_lists import unless_wide
from bluelamp.policies.addresses import WIDEST
from bluelamp.policies.azure._controls import BY_IDENTITY, CLOSED, FILTERED, IN_TRANSIT
from bluelamp.policies.azure._kin import child
from bluelamp.policies.azure._lists import let_in
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
    "Queues and events deny by default what no rule lets in",
    must=Must("defaultAction", be="Deny", default="Allow"),
    failure="Messaging namespace network rules allow access by default",
    severity=Severity.HIGH,
    controls=CLOSED,
    at=NAMESPACE_NETWORKS,
    fix="Set defaultAction to Deny.",
    example='servicebus.NamespaceNetworkRuleSet("dispatch", ..., default_action="Deny")',
)
def namespaces_deny() -> None:
    """A set of rules that allows by default lets in those it names, and everybody else."""


@rule(
    "BL-PAAS-031",
    "No key rules a whole namespace of queues or events",
    failure="Shared access key controls a whole messaging namespace",
    severity=Severity.HIGH,
    controls=BY_IDENTITY + mcsb("PA-7"),
    at=NAMESPACE_RULES,
    fix="Give applications a data role; where a key cannot be avoided, let it send or listen, on one queue.",
    example='servicebus.NamespaceAuthorizationRule("sender", ..., rights=["Send"])',
)
def no_key_manages(entry: Value) -> Outcome:
    """With the right to manage, one key reads every message, deletes every queue, and makes more keys."""
    right = some(entry["rights"].each(), lambda each: each.text() == "manage")
    return Fail(right, "Send or Listen") if right else None


@rule(
    "BL-PAAS-032",
    "Automation is not reachable from the Internet",
    must=Must("publicNetworkAccess", be=False, default=True),
    failure="Automation account is reachable from the Internet",
    severity=Severity.HIGH,
    controls=CLOSED,
    at=AUTOMATION,
    fix="Set publicNetworkAccess to false, with private endpoints for webhooks and agents.",
    example='automation.AutomationAccount("patching", ..., public_network_access=False)',
)
def automation_not_public() -> None:
    """A webhook is an address that starts a runbook, as administrator of many machines, for whoever knows it."""


@rule(
    "BL-PAAS-033",
    "Variables of automation are encrypted",
    must=Must("isEncrypted", be=True, default=False),
    failure="Automation variable is stored unencrypted",
    severity=Severity.MEDIUM,
    controls=_IN_VAULT + mcsb("DP-4"),
    at=VARIABLE,
    fix="Set isEncrypted to true when the variable is made; better, keep secrets in a vault.",
    example='automation.Variable("ledger", ..., is_encrypted=True)',
)
def variables_encrypted() -> None:
    """A variable that is not encrypted is read by everybody who may see the account, and once it exists it cannot be
    encrypted any more.
    """


@rule(
    "BL-PAAS-034",
    "Interfaces are managed inside the force's network",
    failure="API Management is deployed outside the force's virtual network",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=FILTERED,
    at=API_MANAGEMENT,
    estate=True,
    fix="Set virtualNetworkType to Internal, with virtualNetworkConfiguration.",
    example='apimanagement.ApiManagementService("partners", ..., virtual_network_type="Internal")',
)
def interfaces_are_inside(service: Value, estate: Estate, *, among: Allowed[str] = ("Internal", "External")) -> Outcome:
    """A gateway outside the network reaches what is behind it over the Internet: every system that it offers has to be
    public for it.
    """
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
        return NotApplicable("its interfaces answer by themselves, and nothing stands behind it")
    return Fail(place, " or ".join(among))


def _asks_elsewhere(policy: Value) -> bool:
    text = policy["value"].text()
    return any(element in text for element in ("<set-backend-service", "<send-request", "<send-one-way-request"))


@rule(
    "BL-PAAS-035",
    "Interfaces refuse old protocols and ciphers",
    failure="API Management enables obsolete protocols or ciphers",
    severity=Severity.HIGH,
    controls=IN_TRANSIT + mcsb("NS-8"),
    at=API_MANAGEMENT,
    fix="Remove the custom properties that switch on SSL 3.0, TLS 1.0, TLS 1.1 or 3DES, or set them to false.",
    example="""
apimanagement.ApiManagementService(
    "partners",
    ...,
    custom_properties={"Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Protocols.Tls10": "false"},
)
""",
)
def interfaces_refuse_old_protocols(
    service: Value, *, endings: Forbidden[str] = (".Ssl30", ".Tls10", ".Tls11", ".TripleDes168")
) -> Outcome:
    """They are off unless somebody switches them on for one old partner, and then they are on for everybody."""
    old = tuple(each.lower() for each in endings)
    on = some(
        service["customProperties"].each(),
        lambda each: str(each.key).lower().endswith(old) and each.text() == "true",
    )
    return Fail(on, "false") if on else None


@rule(
    "BL-PAAS-036",
    "Interfaces are offered over HTTPS only",
    failure="API is published over plain HTTP",
    severity=Severity.HIGH,
    controls=IN_TRANSIT,
    at=API,
    fix="Set protocols to https, or wss for sockets.",
    example='apimanagement.Api("incidents", ..., protocols=["https"])',
)
def interface_over_https(interface: Value) -> Outcome:
    """Over plain HTTP the question, the answer and the caller's key are read by every network on the way."""
    plain = some(interface["protocols"].each(), lambda each: each.text() in {"http", "ws"})
    return Fail(plain, "https or wss") if plain else None


@rule(
    "BL-PAAS-037",
    "Secrets of interfaces are in a vault",
    failure="API Management secret is stored outside a key vault",
    severity=Severity.HIGH,
    controls=_IN_VAULT,
    at=NAMED_VALUE,
    fix="Set keyVault.secretIdentifier in place of value.",
    example="""
apimanagement.NamedValue(
    "ledger",
    ...,
    secret=True,
    key_vault={"secret_identifier": "https://kv-records.vault.azure.net/secrets/ledger"},
)
""",
)
def named_secret_in_vault(named: Value) -> Outcome:
    """A secret that is written into the gateway is read by whoever may list its secrets, and is never changed."""
    if named["secret"].get(False) is False:
        return NotApplicable("it is no secret")
    vault = named["keyVault"]
    return Fail(vault, "a reference to a vault") if vault.missing else None


@rule(
    "BL-PAAS-038",
    "Interfaces check whom they speak to",
    failure="API Management does not validate backend certificates",
    severity=Severity.HIGH,
    controls=IN_TRANSIT + mcsb("IM-4"),
    at={API_BACKEND: "tls"},
    fix="Leave tls out, or set validateCertificateChain and validateCertificateName to true.",
    example="""
apimanagement.Backend("ledger", ..., tls={"validate_certificate_chain": True, "validate_certificate_name": True})
""",
)
def interface_checks_certificates(tls: Value) -> Outcome:
    """Encryption to somebody who was not asked who he is protects from nobody who can stand in the middle."""
    checks = (tls["validateCertificateChain"], tls["validateCertificateName"])
    off = some(checks, lambda each: each.get(True) is not True)
    return Fail(off, True) if off else None


@rule(
    "BL-PAAS-039",
    "Workflows are started by known callers only",
    failure="Logic app trigger accepts callers from any address",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=CLOSED,
    at=WORKFLOW,
    fix="Set accessControl.triggers.allowedCallerIpAddresses to the ranges of the callers.",
    example="""
logic.Workflow(
    "dispatch",
    ...,
    access_control={"triggers": {"allowed_caller_ip_addresses": [{"address_range": "10.16.4.0/24"}]}},
)
""",
)
def workflow_knows_callers(workflow: Value, *, widest: EachAtLeast[int] = WIDEST) -> Outcome:
    """The address of a workflow carries its own key: whoever comes by it, from a log or a mail, starts the workflow."""
    callers = workflow.at("accessControl.triggers.allowedCallerIpAddresses")
    items = list(let_in(callers, "addressRange"))
    if not items:
        return Fail(callers, "the ranges of its callers")
    return unless_wide(items, widest, "the ranges of its callers")
