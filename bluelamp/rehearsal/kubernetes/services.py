"""Cross-field validation of services, endpoints and networks.

Source: Kubernetes v1.36, `pkg/apis/core/validation`, `pkg/apis/discovery/validation` and
`pkg/apis/networking/validation`.
"""

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any

from bluelamp.rehearsal.kubernetes.formats import wrong
from bluelamp.rehearsal.kubernetes.podspecs import dig, items
from bluelamp.rehearsal.provider import Failure
from bluelamp.rehearsal.values import UNKNOWN, has_unknown, plain

Object = Mapping[str, Any]
_BALANCER = ("loadBalancerClass", "allocateLoadBalancerNodePorts")
_NODE_PORTS = range(30000, 32768)


def service(value: Object) -> Iterator[Failure]:
    """A Service: fields that only some types allow."""
    spec = plain(value.get("spec"))
    if not isinstance(spec, Mapping) or has_unknown(spec.get("type")):
        return
    kind = spec.get("type") or "ClusterIP"
    yield from _by_type(spec, kind)
    yield from _addresses(spec, kind)
    if (
        kind != "ExternalName"
        and spec.get("sessionAffinity") == "None"
        and spec.get("sessionAffinityConfig") is not None
    ):
        yield Failure("spec.sessionAffinityConfig", "needs sessionAffinity: ClientIP")
    name = spec.get("externalName")
    given = kind == "ExternalName" and isinstance(name, str) and name
    if given and (reason := wrong("dns-subdomain", str(name).removesuffix("."))):
        yield Failure("spec.externalName", f'"{name}" {reason}')
    seen: dict[Any, str] = {}
    for where, port in items(spec, "ports"):
        number = port.get("nodePort")
        if isinstance(number, int) and number and kind in ("NodePort", "LoadBalancer") and number not in _NODE_PORTS:
            yield Failure(f"spec.{where}.nodePort", f"{number} is not between 30000 and 32767")
        pair = (number, port.get("protocol") or "TCP")
        if isinstance(number, int) and number and seen.setdefault(pair, where) != where:
            yield Failure(f"spec.{where}.nodePort", f"duplicate value {number}, already at spec.{seen[pair]}")


def _by_type(spec: Object, kind: str) -> Iterator[Failure]:
    if kind != "LoadBalancer":
        for key in _BALANCER:
            if spec.get(key) is not None:
                yield Failure(f"spec.{key}", "needs the type LoadBalancer")
        if spec.get("loadBalancerSourceRanges"):
            yield Failure("spec.loadBalancerSourceRanges", "needs the type LoadBalancer")
    policy = spec.get("externalTrafficPolicy")
    outside = kind in ("NodePort", "LoadBalancer") or spec.get("externalIPs")
    if policy not in (None, "", UNKNOWN) and not outside:
        yield Failure("spec.externalTrafficPolicy", "needs the type NodePort or LoadBalancer, or externalIPs")
    if spec.get("healthCheckNodePort") and not (kind == "LoadBalancer" and policy in ("Local", UNKNOWN)):
        yield Failure("spec.healthCheckNodePort", "needs the type LoadBalancer and externalTrafficPolicy: Local")


def _addresses(spec: Object, kind: str) -> Iterator[Failure]:
    first, several = spec.get("clusterIP"), spec.get("clusterIPs")
    if kind == "ExternalName":
        for key in ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"):
            if spec.get(key) not in (None, "", [], "None") or (key == "clusterIP" and first == "None"):
                yield Failure(f"spec.{key}", "not allowed for a service of type ExternalName")
        return
    if has_unknown(first) or has_unknown(several):
        return
    if several and (first or "") != several[0]:
        yield Failure("spec.clusterIPs", "must begin with clusterIP" if first else "needs clusterIP to be the same")
    if several and "None" in several[1:]:
        yield Failure("spec.clusterIPs", '"None" cannot be combined with addresses')
    families = spec.get("ipFamilies") or ()
    if len(set(families)) < len(families):
        yield Failure("spec.ipFamilies", "has a duplicate family")
    if len(families) > 1 and spec.get("ipFamilyPolicy") in (None, "SingleStack"):
        yield Failure("spec.ipFamilyPolicy", "must be PreferDualStack or RequireDualStack for two families")
    for index, text in enumerate(several or ()):
        family = families[index] if index < len(families) else None
        if text != "None" and family and not wrong("ip", text) and f"IPv{ipaddress.ip_address(text).version}" != family:
            yield Failure(f"spec.clusterIPs[{index}]", f"{text} is not of the family {family}")
    for index, text in enumerate(spec.get("externalIPs") or ()):
        if isinstance(text, str) and not wrong("ip", text) and wrong("endpoint-ip", text):
            yield Failure(f"spec.externalIPs[{index}]", f"{text} {wrong('endpoint-ip', text)}")


def endpoints(value: Object) -> Iterator[Failure]:
    """Endpoints."""
    for where, subset in items(value, "subsets"):
        if not subset.get("addresses") and not subset.get("notReadyAddresses"):
            yield Failure(where, "needs addresses or notReadyAddresses")
        ports = subset.get("ports")
        for place, port in items(subset, "ports"):
            if isinstance(ports, list) and len(ports) > 1 and not port.get("name"):
                yield Failure(f"{where}.{place}.name", "required when there is more than one port")


def endpoint_slice(value: Object) -> Iterator[Failure]:
    """An EndpointSlice."""
    kind = plain(value.get("addressType"))
    seen: set[Any] = set()
    for where, port in items(value, "ports"):
        name = plain(port.get("name")) or ""
        if name in seen:
            yield Failure(f"{where}.name", f'duplicate value "{name}"')
        seen.add(name)
    for where, endpoint in items(value, "endpoints"):
        addresses = plain(endpoint.get("addresses"))
        for index, text in enumerate(addresses if isinstance(addresses, list) else ()):
            if isinstance(text, str) and (reason := _endpoint(text, kind)):
                yield Failure(f"{where}.addresses[{index}]", f'"{text}" {reason}')


def _endpoint(text: str, kind: Any) -> str:
    if kind == "FQDN":
        name = text.removesuffix(".")
        return wrong("dns-subdomain", name) or ("must have at least two parts" if "." not in name else "")
    if kind not in ("IPv4", "IPv6"):
        return ""
    if reason := wrong("endpoint-ip", text):
        return reason
    return "" if f"IPv{ipaddress.ip_address(text).version}" == kind else f"is not an {kind} address"


def ingress_class(value: Object) -> Iterator[Failure]:
    """An IngressClass."""
    controller = dig(value, "spec.controller")
    if controller is None and isinstance(plain(value.get("spec")), Mapping):
        yield Failure("spec.controller", "required")


def service_range(value: Object) -> Iterator[Failure]:
    """A ServiceCIDR: at most one range per IP family."""
    ranges = plain(dig(value, "spec.cidrs"))
    if isinstance(ranges, list) and len(ranges) == 2 and not any(wrong("cidr", each) for each in ranges):
        one, other = (ipaddress.ip_network(each) for each in ranges)
        if one.version == other.version:
            yield Failure("spec.cidrs", "must have one range of each family at most")


def address(value: Object) -> Iterator[Failure]:
    """An IPAddress."""
    if plain(dig(value, "spec")) is not UNKNOWN and not isinstance(plain(dig(value, "spec.parentRef")), Mapping):
        yield Failure("spec.parentRef", "required")
