"""Services and Ingresses."""

from typing import Final

from bluelamp.policies.address_lists import unless_wide
from bluelamp.policies.addresses import WIDEST
from bluelamp.policies.controls import caf, cyber_essentials, iso, mcsb, ncsc
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, NotApplicable, Outcome, rule
from bluelamp.policies.tighter import EachAtLeast
from bluelamp.policies.value import Value, some

SERVICE: Final = "kubernetes:core/v1:Service"
INGRESS: Final = "kubernetes:networking.k8s.io/v1:Ingress"

_INTERNAL: Final = "service.beta.kubernetes.io/azure-load-balancer-internal"
_ALSO_LET_IN: Final = (
    "service.beta.kubernetes.io/azure-allowed-ip-ranges",
    "service.beta.kubernetes.io/azure-allowed-service-tags",
)
_SNIPPETS: Final = ("-snippet", "-snippets")
"""The ends of the annotations of ingress-nginx, of NGINX Ingress Controller and of HAProxy."""
_SERVICE_EXAMPLE: Final = """
apiVersion: v1
kind: Service
metadata: {name: records, namespace: records}
spec: {type: ClusterIP, selector: {app: records}, ports: [{port: 443}]}
"""
_INGRESS_EXAMPLE: Final = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: records, namespace: records, annotations: {cert-manager.io/cluster-issuer: force}}
spec:
  tls: [{hosts: [records.police.example], secretName: records-tls}]
  rules: [{host: records.police.example}]
"""


@rule(
    "BL-K8S-061",
    "Services are not of type NodePort",
    failure="Service is of type NodePort",
    severity=Severity.MEDIUM,
    controls=ncsc("11") + caf("B4.a", "B4.b") + cyber_essentials("firewalls") + iso("8.20") + mcsb("NS-1"),
    at={SERVICE: "spec"},
    fix="Set the Service's type to ClusterIP and route traffic to it through a Gateway.",
    example=_SERVICE_EXAMPLE,
)
def opens_no_node_port(spec: Value) -> Outcome:
    """A NodePort is open on every node of the cluster, and bypasses the gateway with its certificates, logs and
    firewall. Load balancers are judged by BL-K8S-062.
    """
    return Fail(spec["type"], "ClusterIP") if spec["type"].known == "NodePort" else None


@rule(
    "BL-K8S-062",
    "Load balancer Services restrict source ranges or are internal",
    failure="Load balancer Service accepts traffic from every address",
    severity=Severity.HIGH,
    controls=ncsc("11")
    + caf("B4.a", "B4.b")
    + cyber_essentials("firewalls")
    + iso("8.20", "8.22")
    + mcsb("NS-1", "NS-2"),
    at=SERVICE,
    fix="Set spec.loadBalancerSourceRanges, use an internal load balancer, or set type to ClusterIP behind a Gateway.",
    example=_SERVICE_EXAMPLE,
)
def lets_in_named_networks(service: Value, *, widest: EachAtLeast[int] = WIDEST) -> Outcome:
    """A LoadBalancer Service gets an address that every client of its network can reach. In Azure that
    is the Internet.
    """
    spec = service["spec"]
    if spec["type"].get("ClusterIP") != "LoadBalancer":
        return NotApplicable("the Service is not of type LoadBalancer")
    ranges = spec["loadBalancerSourceRanges"]
    if any(True for _ in ranges.each()):
        annotations = service.at("metadata.annotations")
        listed = [*ranges.each(), *(annotations[name] for name in _ALSO_LET_IN)]
        return unless_wide(listed, widest, "a named network")
    if service.at("metadata.annotations")[_INTERNAL].text() == "true":
        return None
    return Fail(ranges, "the source networks", "Kubernetes' default is every address")


@rule(
    "BL-K8S-063",
    "Services do not use external IP addresses",
    failure="Service uses external IP addresses",
    severity=Severity.HIGH,
    controls=ncsc("3", "11") + caf("B4.a") + iso("8.20") + mcsb("NS-1"),
    at={SERVICE: "spec.externalIPs"},
    fix="Remove spec.externalIPs.",
    example=_SERVICE_EXAMPLE,
)
def claims_no_address(addresses: Value) -> Outcome:
    """Anyone who can create a Service can set any address in externalIPs, and nodes then redirect traffic for that
    address to it (CVE-2020-8554, for which Kubernetes has no patch).
    """
    claimed = some(addresses.each(), lambda each: not each.missing)
    return Fail(claimed, "nothing") if claimed else None


@rule(
    "BL-K8S-060",
    "Ingresses serve every host over TLS",
    failure="Ingress serves a host without TLS",
    severity=Severity.HIGH,
    controls=ncsc("1") + caf("B3.b") + iso("8.24") + mcsb("DP-3"),
    at=INGRESS,
    fix="List every host of spec.rules in spec.tls, with its certificate's Secret.",
    example=_INGRESS_EXAMPLE,
)
def serves_tls(ingress: Value) -> Outcome:
    """A host without a certificate is served over plain HTTP, which every network in between can read."""
    covered = [host for entry in ingress.at("spec.tls").each() for host in entry["hosts"].each()]
    if ingress.at("spec.tls").missing:
        return Fail(ingress.at("spec.tls"), "the hosts and their certificate")
    hosts = (entry["host"] for entry in ingress.at("spec.rules").each())
    bare = some(hosts, lambda host: not some(covered, lambda name: _covers(name, host)))
    return Fail(bare, "a host in spec.tls") if bare else None


def _covers(name: Value, host: Value) -> bool:
    pattern, wanted = name.text(), host.text()
    return pattern == wanted or (pattern.startswith("*.") and pattern[1:] == f".{wanted.partition('.')[2]}")


@rule(
    "BL-K8S-068",
    "Ingresses have no configuration snippets",
    failure="Ingress has configuration snippets",
    severity=Severity.HIGH,
    controls=ncsc("3", "12") + caf("B4.a", "B4.b") + iso("8.9") + mcsb("PV-1"),
    at={INGRESS: "metadata.annotations"},
    fix="Remove the snippet annotations. Request the setting from the platform team.",
    example=_INGRESS_EXAMPLE,
)
def brings_no_snippet(annotations: Value) -> Outcome:
    """A snippet changes the configuration of the shared proxy, and can read every tenant's certificates and the proxy's
    token (CVE-2021-25742).
    """
    snippet = some(annotations.each(), lambda each: str(each.key).endswith(_SNIPPETS))
    return Fail(snippet, "nothing") if snippet else None


@rule(
    "BL-K8S-069",
    "Ingress rules name specific hosts",
    failure="Ingress rule has no host, or a wildcard host",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("11") + caf("B4.a") + iso("8.9"),
    at={INGRESS: "spec.rules[*]"},
    fix="Set host in every rule, without a wildcard.",
    example=_INGRESS_EXAMPLE,
)
def names_its_hosts(entry: Value) -> Outcome:
    """A rule without a host matches every name that resolves to the cluster, including other tenants' future names."""
    host = entry["host"]
    return Fail(host, "a host") if "*" in host.text("*") else None
