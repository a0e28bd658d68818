"""Services and Ingresses: what of a cluster can be reached from outside, and how."""

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
    "No Service opens a port on every machine",
    failure="Service opens a node port",
    severity=Severity.MEDIUM,
    controls=ncsc("11") + caf("B4.a", "B4.b") + cyber_essentials("firewalls") + iso("8.20") + mcsb("NS-1"),
    at={SERVICE: "spec"},
    fix="Make the Service a ClusterIP and let a Gateway lead to it.",
    example=_SERVICE_EXAMPLE,
)
def opens_no_node_port(spec: Value) -> Outcome:
    """A NodePort listens on every machine of the cluster, past the gateway with its certificates, its log and its
    firewall.
    """
    return Fail(spec["type"], "ClusterIP") if spec["type"].known == "NodePort" else None


@rule(
    "BL-K8S-062",
    "Load balancers let in named networks only",
    failure="Load balancer accepts traffic from every address",
    severity=Severity.HIGH,
    controls=ncsc("11")
    + caf("B4.a", "B4.b")
    + cyber_essentials("firewalls")
    + iso("8.20", "8.22")
    + mcsb("NS-1", "NS-2"),
    at=SERVICE,
    fix="Set spec.loadBalancerSourceRanges, keep the load balancer internal, or make the Service a ClusterIP behind a "
    "Gateway.",
    example=_SERVICE_EXAMPLE,
)
def lets_in_named_networks(service: Value, *, widest: EachAtLeast[int] = WIDEST) -> Outcome:
    """A Service of this type gets an address that everybody can reach who can reach the network it stands in; in Azure
    that is the Internet.
    """
    spec = service["spec"]
    if spec["type"].get("ClusterIP") != "LoadBalancer":
        return NotApplicable("the Service has no load balancer")
    ranges = spec["loadBalancerSourceRanges"]
    if any(True for _ in ranges.each()):
        annotations = service.at("metadata.annotations")
        listed = [*ranges.each(), *(annotations[name] for name in _ALSO_LET_IN)]
        return unless_wide(listed, widest, "a named network")
    if service.at("metadata.annotations")[_INTERNAL].text() == "true":
        return None
    return Fail(ranges, "the networks that may come in", "Kubernetes' default is everybody")


@rule(
    "BL-K8S-063",
    "No Service claims an address by itself",
    failure="Service uses external IP addresses",
    severity=Severity.HIGH,
    controls=ncsc("3", "11") + caf("B4.a") + iso("8.20") + mcsb("NS-1"),
    at={SERVICE: "spec.externalIPs"},
    fix="Remove spec.externalIPs.",
    example=_SERVICE_EXAMPLE,
)
def claims_no_address(addresses: Value) -> Outcome:
    """Whoever may write a Service can name any address in externalIPs, and the machines then send him what was meant
    for it (CVE-2020-8554, for which Kubernetes has no patch).
    """
    claimed = some(addresses.each(), lambda each: not each.missing)
    return Fail(claimed, "nothing") if claimed else None


@rule(
    "BL-K8S-060",
    "Every host of an Ingress is served by TLS",
    failure="Ingress serves a host without TLS",
    severity=Severity.HIGH,
    controls=ncsc("1") + caf("B3.b") + iso("8.24") + mcsb("DP-3"),
    at=INGRESS,
    fix="List every host of spec.rules under spec.tls, with the Secret of its certificate.",
    example=_INGRESS_EXAMPLE,
)
def serves_tls(ingress: Value) -> Outcome:
    """A host that no certificate covers is served over plain HTTP, for everybody on the way to read."""
    covered = [host for entry in ingress.at("spec.tls").each() for host in entry["hosts"].each()]
    if ingress.at("spec.tls").missing:
        return Fail(ingress.at("spec.tls"), "the hosts and their certificate")
    hosts = (entry["host"] for entry in ingress.at("spec.rules").each())
    bare = some(hosts, lambda host: not some(covered, lambda name: _covers(name, host)))
    return Fail(bare, "a host that spec.tls names") if bare else None


def _covers(name: Value, host: Value) -> bool:
    said, wanted = name.text(), host.text()
    return said == wanted or (said.startswith("*.") and said[1:] == f".{wanted.partition('.')[2]}")


@rule(
    "BL-K8S-068",
    "No Ingress brings a configuration of its own",
    failure="Ingress has configuration snippets",
    severity=Severity.HIGH,
    controls=ncsc("3", "12") + caf("B4.a", "B4.b") + iso("8.9") + mcsb("PV-1"),
    at={INGRESS: "metadata.annotations"},
    fix="Remove the snippet annotations; ask the platform for the setting.",
    example=_INGRESS_EXAMPLE,
)
def brings_no_snippet(annotations: Value) -> Outcome:
    """A snippet is written into the configuration of the proxy that all tenants share, and can read every tenant's
    certificates and the proxy's own token (CVE-2021-25742).
    """
    snippet = some(annotations.each(), lambda each: str(each.key).endswith("-snippet"))
    return Fail(snippet, "nothing") if snippet else None


@rule(
    "BL-K8S-069",
    "Ingresses name the hosts they serve",
    failure="Ingress rule names no host or a wildcard",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("11") + caf("B4.a") + iso("8.9"),
    at={INGRESS: "spec.rules[*]"},
    fix="Set host in every rule, without a star.",
    example=_INGRESS_EXAMPLE,
)
def names_its_hosts(entry: Value) -> Outcome:
    """A rule without a host answers for every name that leads to the cluster, also for one that another tenant takes
    tomorrow.
    """
    host = entry["host"]
    return Fail(host, "a host") if "*" in host.text("*") else None
