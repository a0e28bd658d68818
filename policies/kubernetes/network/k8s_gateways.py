"""Gateways, routes and certificates, of the Gateway API and cert-manager."""

from typing import Final

from bluelamp.policies.controls import caf, iso, mcsb, ncsc
from bluelamp.policies.estate import Estate
from bluelamp.policies.kubernetes._workloads import namespace_of
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, NotApplicable, Outcome, rule
from bluelamp.policies.tighter import AtLeast
from bluelamp.policies.value import Value, places, root, some

GATEWAYS: Final = {"kubernetes:gateway.networking.k8s.io/*:Gateway": "spec.listeners[*]"}
ROUTES: Final = (
    "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute",
    "kubernetes:gateway.networking.k8s.io/v1beta1:HTTPRoute",
)
CERTIFICATE: Final = "kubernetes:cert-manager.io/v1:Certificate"
ISSUERS: Final = {
    "kubernetes:cert-manager.io/v1:ClusterIssuer": "spec.acme",
    "kubernetes:cert-manager.io/v1:Issuer": "spec.acme",
}

_TLS: Final = frozenset({"HTTPS", "TLS"})
_EXAMPLE: Final = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gateway, namespace: gateway-system}
spec:
  gatewayClassName: force
  listeners:
    - name: https
      protocol: HTTPS
      port: 443
      hostname: "*.police.example"
      tls: {mode: Terminate, certificateRefs: [{name: gateway-tls}]}
      allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {bluelamp/tenant: records}}}}
"""
_CERTIFICATE_EXAMPLE: Final = """
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: records, namespace: records}
spec:
  secretName: records-tls
  dnsNames: [records.police.example]
  issuerRef: {kind: ClusterIssuer, name: force}
  duration: 2160h
  privateKey: {algorithm: ECDSA, size: 384, rotationPolicy: Always}
"""


@rule(
    "BL-K8S-064",
    "Gateway listeners use TLS, or redirect HTTP to HTTPS",
    failure="Gateway listener serves unencrypted traffic",
    severity=Severity.HIGH,
    controls=ncsc("1") + caf("B3.b") + iso("8.20", "8.24") + mcsb("DP-3", "NS-8"),
    at=GATEWAYS,
    estate=True,
    fix="""Set the listener's protocol to HTTPS, with a certificate. Restrict an HTTP listener to its own namespace,
    with a route that redirects all requests to HTTPS.""",
    example=_EXAMPLE,
)
def serves_only_tls(listener: Value, estate: Estate) -> Outcome:
    """Every network in between can read and change plain HTTP, including session cookies."""
    if listener["protocol"].known in _TLS:
        return None
    if listener["protocol"].known != "HTTP":
        return Fail(listener["protocol"], "HTTPS or TLS")
    source = listener.at("allowedRoutes.namespaces.from")
    if source.get("Same") != "Same":
        return Fail(source, "Same", "routes of other namespaces would be served unencrypted")
    gateway = root(listener.resource)
    attached = (route for route in estate.of(*ROUTES) if _is_attached(route, gateway, listener))
    bare = some((entry for route in attached for entry in route.at("spec.rules").each()), _serves_http)
    return Fail(listener["protocol"], "HTTPS", f"route {bare.resource.name} serves content over it") if bare else None


def _is_attached(route: Value, gateway: Value, listener: Value) -> bool:
    """Whether `route` is attached to `listener` of `gateway`, or to all of its listeners."""
    for parent in route.at("spec.parentRefs").each():
        namespace = parent["namespace"].get(namespace_of(route))
        if (parent["name"].known, namespace) != (gateway.at("metadata.name").known, namespace_of(gateway)):
            continue
        if parent["sectionName"].get(listener["name"].known) == listener["name"].known:
            return True
    return False


def _serves_http(entry: Value) -> bool:
    """Whether a route's rule does anything other than redirect to HTTPS."""
    redirects = places(entry, "filters[*].requestRedirect.scheme")
    return not some(redirects, lambda scheme: scheme.known == "https")


@rule(
    "BL-K8S-065",
    "Gateway listeners that terminate TLS have a certificate",
    failure="Gateway listener that terminates TLS has no certificate",
    severity=Severity.HIGH,
    controls=ncsc("1") + caf("B3.b") + iso("8.24") + mcsb("DP-3", "DP-7"),
    at=GATEWAYS,
    fix="Set tls.certificateRefs to the certificate's Secret.",
    example=_EXAMPLE,
)
def has_certificate(listener: Value) -> Outcome:
    """Without its own certificate, a listener presents any certificate of the proxy, or none."""
    if listener["protocol"].known not in _TLS:
        return NotApplicable("the listener does not use TLS")
    tls = listener["tls"]
    if tls["mode"].get("Terminate") == "Passthrough" or any(True for _ in tls["certificateRefs"].each()):
        return None
    return Fail(tls["certificateRefs"], "a certificate")


@rule(
    "BL-K8S-066",
    "Gateways restrict the namespaces of their routes",
    failure="Gateway accepts routes from every namespace",
    severity=Severity.MEDIUM,
    controls=ncsc("3", "11") + caf("B4.a", "B2.d") + iso("8.22") + mcsb("NS-1"),
    at=GATEWAYS,
    fix="Set allowedRoutes.namespaces.from to Same, or to Selector with the tenants' label.",
    example=_EXAMPLE,
)
def chooses_routes(listener: Value) -> Outcome:
    """With All, anyone who can create a route in any namespace can publish an application under the
    force's host names.
    """
    source = listener.at("allowedRoutes.namespaces.from")
    if source.known == "All":
        return Fail(source, "Same or Selector")
    selector = listener.at("allowedRoutes.namespaces.selector")
    if source.known != "Selector" or selector.missing or any(True for part in selector.each() for _ in part.each()):
        return None
    return Fail(selector, "the tenants' label", "an empty selector selects every namespace")


@rule(
    "BL-K8S-067",
    "Routes have host names",
    failure="Route has no host name",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("11") + caf("B4.a") + iso("8.9"),
    at=dict.fromkeys(ROUTES, "spec"),
    fix="List the host names in spec.hostnames.",
    example="""
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: records, namespace: records}
spec: {parentRefs: [{name: gateway, namespace: gateway-system}], hostnames: [records.police.example]}
""",
)
def route_names_hosts(spec: Value) -> Outcome:
    """A route without host names receives every request that no other route matches."""
    if any(True for _ in spec["hostnames"].each()):
        return None
    rules = list(spec["rules"].each())
    if rules and not some(rules, _serves_http):
        return NotApplicable("it only redirects to HTTPS")
    return Fail(spec["hostnames"], "host names")


@rule(
    "BL-K8S-070",
    "Certificates rotate their private key at renewal",
    failure="Certificate keeps its private key at renewal",
    severity=Severity.LOW,
    controls=ncsc("1", "2.3") + caf("B3.b") + iso("8.24") + mcsb("DP-6", "DP-7"),
    at=CERTIFICATE,
    fix="Set privateKey.rotationPolicy to Always.",
    example=_CERTIFICATE_EXAMPLE,
)
def renews_key(certificate: Value) -> Outcome:
    """A private key that is kept at renewal stays usable for anyone who has copied it."""
    policy = certificate.at("spec.privateKey.rotationPolicy")
    return Fail(policy, "Always") if policy.get("Always") != "Always" else None


@rule(
    "BL-K8S-071",
    "Certificates have a private key of adequate strength",
    failure="Certificate has a weak private key",
    severity=Severity.MEDIUM,
    controls=ncsc("1") + caf("B3.b") + iso("8.24") + mcsb("DP-6"),
    at={CERTIFICATE: "spec.privateKey"},
    fix="Use ECDSA or Ed25519, or RSA with 3072 bits or more.",
    example=_CERTIFICATE_EXAMPLE,
)
def has_strong_key(key: Value, *, bits: AtLeast[int] = 3072) -> Outcome:
    """The NCSC recommends RSA keys of 3072 bits where data must stay confidential beyond 2030, as inquiry records must.
    ECDSA gives the same strength with smaller keys.
    """
    if key["algorithm"].get("RSA") != "RSA" or key["size"].get(2048) >= bits:
        return None
    return Fail(
        key["size"], f"at least {bits}", "cert-manager's default is RSA with 2048" if key["size"].missing else ""
    )


@rule(
    "BL-K8S-072",
    "Certificate issuers verify the ACME server's TLS certificate",
    failure="Certificate issuer skips TLS verification of the ACME server",
    severity=Severity.HIGH,
    controls=ncsc("1", "8") + caf("B3.b", "A4.a") + iso("8.24") + mcsb("DP-7"),
    at=ISSUERS,
    fix="Remove skipTLSVerify, and set caBundle to the authority's certificate.",
    example="""
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: {name: force}
spec: {acme: {server: "https://acme.police.example/directory", skipTLSVerify: false}}
""",
)
def checks_authority(acme: Value) -> Outcome:
    """An attacker who can impersonate the certificate authority can issue false certificates to the gateway."""
    if acme.missing:
        return NotApplicable("the issuer does not use ACME")
    if acme["skipTLSVerify"].get(False) is not False:
        return Fail(acme["skipTLSVerify"], False)
    return None if acme["server"].text().startswith("https://") else Fail(acme["server"], "an https address")
