"""Application gateways, web application firewalls and Front Door."""

from typing import Final

from bluelamp.policies.azure._controls import IN_TRANSIT
from bluelamp.policies.azure.network.net_edge import APPLICATION_GATEWAY
from bluelamp.policies.controls import caf, cyber_essentials, iso, mcsb, ncsc, policing
from bluelamp.policies.defaults import assumed
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, Must, NotApplicable, Outcome, rule
from bluelamp.policies.tighter import Allowed
from bluelamp.policies.value import Value, places, some

WEB_FIREWALL: Final = "azure-native:network:WebApplicationFirewallPolicy"
FRONT_DOOR_FIREWALLS: Final = ("azure-native:cdn:Policy", "azure-native:frontdoor:Policy")
FRONT_DOOR_DOMAIN: Final = "azure-native:cdn:AFDCustomDomain"
FRONT_DOOR_ROUTE: Final = "azure-native:cdn:Route"

_INSIDE: Final = "webApplicationFirewallConfiguration"
_ELSEWHERE: Final = "its firewall is a separate policy, or it has none"
_NEWEST: Final = "AppGwSslPolicy20220101"
_FIREWALLED: Final = (
    ncsc("11")
    + caf("B4.a")
    + cyber_essentials("firewalls")
    + iso("8.20", "8.26")
    + mcsb("NS-6")
    + policing("network-security")
)


@rule(
    "BL-NET-030",
    "Web application firewalls run in prevention mode",
    must=Must("policySettings.mode", be="Prevention"),
    failure="Web application firewall runs in detection mode",
    severity=Severity.HIGH,
    controls=_FIREWALLED,
    at=(WEB_FIREWALL, *FRONT_DOOR_FIREWALLS),
    fix="Set policySettings.mode to Prevention, after a period in Detection without false positives.",
    example="""
network.WebApplicationFirewallPolicy("front", ..., policy_settings={"mode": "Prevention", "state": "Enabled"})
""",
)
def prevention_mode() -> None:
    """In detection mode, a web application firewall logs an attack and passes it on to the application."""


@rule(
    "BL-NET-031",
    "Web application firewalls are enabled",
    failure="Web application firewall is disabled",
    severity=Severity.HIGH,
    controls=_FIREWALLED,
    at=(WEB_FIREWALL, *FRONT_DOOR_FIREWALLS, APPLICATION_GATEWAY),
    fix="""Set policySettings.state, or enabledState for Front Door, to Enabled. In an application gateway without a
    policy, set webApplicationFirewallConfiguration.enabled to true.""",
    example="""
network.WebApplicationFirewallPolicy("front", ..., policy_settings={"mode": "Prevention", "state": "Enabled"})
""",
)
def firewall_enabled(policy: Value) -> Outcome:
    """A disabled policy is still attached and listed, and looks like protection."""
    if _is_gateway(policy):
        if _decided_elsewhere(policy):
            return NotApplicable(_ELSEWHERE)
        on = policy.at(f"{_INSIDE}.enabled")
        return None if on.get(False) is True else Fail(on, True)
    if policy.resource.type.endswith(":WebApplicationFirewallPolicy"):
        state = policy.at("policySettings.state")
        return None if state.text() == "enabled" else Fail(state, "Enabled")
    state = policy.at("policySettings.enabledState")
    return None if state.text("Enabled") == "enabled" else Fail(state, "Enabled")


@rule(
    "BL-NET-032",
    "Web application firewalls use a current managed rule set",
    failure="Web application firewall uses an outdated managed rule set",
    severity=Severity.MEDIUM,
    controls=_FIREWALLED,
    at=(WEB_FIREWALL, *FRONT_DOOR_FIREWALLS, APPLICATION_GATEWAY),
    fix="""Use the rule set Microsoft_DefaultRuleSet 2.1, or OWASP 3.2, in managedRules.managedRuleSets. In an
    application gateway without a policy, set webApplicationFirewallConfiguration.ruleSetVersion.""",
    example="""
network.WebApplicationFirewallPolicy(
    "front",
    ...,
    managed_rules={
        "managed_rule_sets": [{"rule_set_type": "Microsoft_DefaultRuleSet", "rule_set_version": "2.1"}]
    },
)
""",
)
def current_rule_set(
    policy: Value,
    *,
    among: Allowed[str] = (
        "Microsoft_DefaultRuleSet 2.1",
        "Microsoft_DefaultRuleSet 2.2",
        "OWASP 3.2",
    ),
) -> Outcome:
    """Outdated rule sets miss attacks that were found since. Custom rules alone miss nearly all."""
    allowed = {each.lower() for each in among}
    if _is_gateway(policy):
        if _decided_elsewhere(policy):
            return NotApplicable(_ELSEWHERE)
        inside = policy[_INSIDE]
        return None if _rule_set(inside) in allowed else Fail(inside["ruleSetVersion"], list(among))
    sets = policy.at("managedRules.managedRuleSets")
    return None if some(sets.each(), lambda each: _rule_set(each) in allowed) else Fail(sets, list(among))


@rule(
    "BL-NET-033",
    "Application gateways have a web application firewall",
    failure="Application gateway has no web application firewall",
    severity=Severity.HIGH,
    controls=_FIREWALLED,
    at=APPLICATION_GATEWAY,
    fix="""Set the sku tier to WAF_v2 and firewallPolicy to a web application firewall policy. For a firewall inside the
    gateway, set webApplicationFirewallConfiguration.firewallMode to Prevention.""",
    example="""
policy = network.WebApplicationFirewallPolicy("front", ..., policy_settings={"mode": "Prevention", "state": "Enabled"})
network.ApplicationGateway(
    "front", ..., sku={"name": "WAF_v2", "tier": "WAF_v2"}, firewall_policy={"id": policy.id}
)
""",
)
def gateway_has_firewall(gateway: Value) -> Outcome:
    """Published applications are attacked from the first hour. Without a web application firewall, only the application
    itself protects against attacks.
    """
    tier = gateway.at("sku.tier")
    if not tier.text().startswith("waf"):
        return Fail(tier, "WAF_v2")
    policy, inside = gateway["firewallPolicy"], gateway[_INSIDE]
    if not policy.missing:
        return None
    if inside["enabled"].get(False) is not True:
        return Fail(policy, "a web application firewall policy")
    mode = inside["firewallMode"]
    return None if mode.text() == "prevention" else Fail(mode, "Prevention")


@rule(
    "BL-NET-034",
    "Application gateways require TLS 1.2 or later",
    failure="Application gateway accepts TLS older than 1.2",
    severity=Severity.HIGH,
    controls=IN_TRANSIT,
    at={APPLICATION_GATEWAY: ("sslPolicy", "sslProfiles[*].sslPolicy")},
    fix="Set policyName to AppGwSslPolicy20220101S, or minProtocolVersion of a custom policy to TLSv1_2.",
    example="""
network.ApplicationGateway(
    "front", ..., ssl_policy={"policy_type": "Predefined", "policy_name": "AppGwSslPolicy20220101S"}
)
""",
)
def gateway_requires_modern_tls(
    policy: Value,
    *,
    names: Allowed[str] = ("AppGwSslPolicy20170401S", "AppGwSslPolicy20220101", "AppGwSslPolicy20220101S"),
    versions: Allowed[str] = ("TLSv1_2", "TLSv1_3"),
) -> Outcome:
    """TLS 1.0 and 1.1 have known weaknesses and were withdrawn in 2021 (RFC 8996). Azure's default policy refuses them;
    older named policies do not.
    """
    if policy.missing:
        chosen = str(assumed(policy, _NEWEST))
        allowed = chosen.lower() in {each.lower() for each in names}
        return None if allowed else Fail(policy, "TLS 1.2 at least", f"the default is {chosen}")
    least, name = policy["minProtocolVersion"], policy["policyName"]
    if least.text() in {each.lower() for each in versions} or name.text() in {each.lower() for each in names}:
        return None
    return Fail(least if name.missing else name, "TLS 1.2 at least")


@rule(
    "BL-NET-035",
    "Application gateway listeners use HTTPS",
    failure="Application gateway listener uses plain HTTP",
    severity=Severity.HIGH,
    controls=IN_TRANSIT,
    at=APPLICATION_GATEWAY,
    fix="Set the listener's protocol to Https, or redirect to an HTTPS listener in its routing rule.",
    example="""
network.ApplicationGateway("front", ..., http_listeners=[{"name": "public", "protocol": "Https"}])
""",
)
def gateway_listener_uses_https(gateway: Value) -> Outcome:
    """Every network in between can read and change requests and responses over plain HTTP."""
    listeners = places(gateway, "httpListeners[*]")
    plain = some(listeners, lambda each: each["protocol"].text("Http") == "http" and not _redirects(gateway, each))
    return Fail(plain["protocol"], "Https, or a redirection") if plain else None


@rule(
    "BL-NET-036",
    "Application gateways connect to backends over HTTPS",
    must=Must("protocol", among=("Https", "Tls")),
    failure="Application gateway connects to its backends over plain HTTP",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=IN_TRANSIT,
    at={APPLICATION_GATEWAY: ("backendHttpSettingsCollection[*]", "backendSettingsCollection[*]")},
    fix="Set the protocol of backendHttpSettingsCollection to Https.",
    example="""
network.ApplicationGateway(
    "front", ..., backend_http_settings_collection=[{"name": "records", "port": 443, "protocol": "Https"}]
)
""",
)
def backend_over_https() -> None:
    """The gateway terminates TLS. Unencrypted traffic to the backends can be read by an attacker in the internal
    network.
    """


@rule(
    "BL-NET-037",
    "Front Door requires TLS 1.2 or later",
    must=Must("tlsSettings.minimumTlsVersion", among=("TLS12", "TLS13"), default="TLS12"),
    failure="Front Door accepts TLS older than 1.2",
    severity=Severity.HIGH,
    controls=IN_TRANSIT,
    at=FRONT_DOOR_DOMAIN,
    fix="Set tlsSettings.minimumTlsVersion to TLS12.",
    example="""
cdn.AFDCustomDomain(
    "public", ..., tls_settings={"certificate_type": "ManagedCertificate", "minimum_tls_version": "TLS12"}
)
""",
)
def front_door_requires_modern_tls() -> None:
    """TLS 1.0 has known weaknesses and was withdrawn in 2021 (RFC 8996). No browser in use needs it."""


@rule(
    "BL-NET-038",
    "Front Door routes require HTTPS",
    failure="Front Door route accepts plain HTTP",
    severity=Severity.HIGH,
    controls=IN_TRANSIT,
    at=FRONT_DOOR_ROUTE,
    fix="Set httpsRedirect to Enabled, or supportedProtocols to Https alone.",
    example="""
cdn.Route("public", ..., https_redirect="Enabled", supported_protocols=["Http", "Https"])
""",
)
def front_door_route_requires_https(route: Value) -> Outcome:
    """Every network in between can read and change requests and responses over plain HTTP."""
    if route["httpsRedirect"].text("Disabled") == "enabled":
        return None
    protocols = route["supportedProtocols"]
    if protocols.missing or some(protocols.each(), lambda each: each.text() == "http"):
        return Fail(route["httpsRedirect"], "Enabled")
    return None


def _is_gateway(place: Value) -> bool:
    return place.resource.type.endswith(":ApplicationGateway")


def _decided_elsewhere(gateway: Value) -> bool:
    """Whether the gateway has no firewall configuration of its own, or a policy that replaces it."""
    return gateway[_INSIDE].missing or not gateway["firewallPolicy"].missing


def _rule_set(entry: Value) -> str:
    return f"{entry['ruleSetType'].text()} {entry['ruleSetVersion'].text()}"


def _redirects(gateway: Value, listener: Value) -> bool:
    """Whether a routing rule redirects all requests to `listener`."""
    end = f"/httplisteners/{listener['name'].text()}"

    def redirects(entry: Value) -> bool:
        return not entry["redirectConfiguration"].missing and entry.at("httpListener.id").text().endswith(end)

    return some(places(gateway, "requestRoutingRules[*]"), redirects) is not None
