"""Formats of single fields of built-in kinds that `data/constraints/` uses, in addition to formats.py.

Each check takes any value and returns why it is invalid, as the end of a sentence; empty if it is valid or has another
type. Source: Kubernetes v1.36, `pkg/apis/*/validation` and `apimachinery/pkg/util/validation`.
"""

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
"""A DNS label (RFC 1123)."""
SUBDOMAIN = rf"{LABEL}(\.{LABEL})*"
"""A DNS subdomain (RFC 1123)."""
WORD = r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
"""The name part of a label's key."""
_SEMVER = (
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?"
)
_MOST_INDEXES = 64 * 1024
_FINALIZERS = ("orphan", "foregroundDeletion", "kubernetes")

Check = Callable[[Any], str]


def text(pattern: str, longest: int, reason: str) -> Check:
    """A check that a string matches the whole `pattern` and has at most `longest` characters."""
    compiled = re.compile(pattern)

    def check(value: Any) -> str:
        if not isinstance(value, str) or (len(value) <= longest and compiled.fullmatch(value)):
            return ""
        return reason

    return check


def _no_dots(value: Any) -> str:
    return 'must not contain ".."' if isinstance(value, str) and ".." in value.split("/") else ""


def _inner_path(value: Any) -> str:
    if isinstance(value, str) and (value.startswith("/") or ".." in value.split("/") or value.startswith("..")):
        return 'must be a relative path without ".."'
    return ""


def _domain_path(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    domain, slash, path = value.partition("/")
    good = slash and len(domain) <= 253 and re.fullmatch(SUBDOMAIN, domain)
    if not good or not re.fullmatch(r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+", path):
        return "must be a domain and a path, such as example.org/name"
    return ""


def _secret_reference(value: Any) -> str:
    if isinstance(value, Mapping) and not (value.get("name") and value.get("namespace")):
        return "needs name and namespace"
    return ""


def _iqn(value: Any) -> str:
    if isinstance(value, str) and not re.fullmatch(
        r"iqn\.\d{4}-\d{2}\.([a-z0-9-]+\.?)+(:[^\s]*)?|eui\.[0-9A-Fa-f]{16}|naa\.[0-9A-Fa-f]{32}", value
    ):
        return "is not an iSCSI name beginning with iqn, eui or naa"
    return ""


def _host_ports(value: Any) -> str:
    if isinstance(value, str) and not all(re.fullmatch(r"[^:]+:[^:]+", each) for each in value.split(",")):
        return "must be a host and a port, or several separated by commas"
    return ""


def _capacity(value: Any) -> str:
    return "must contain storage and nothing else" if isinstance(value, Mapping) and set(value) != {"storage"} else ""


def strict_ip(value: Any) -> str:
    """An IP address that is not an IPv4-mapped IPv6 address."""
    if not isinstance(value, str):
        return ""
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return "is not an IP address"
    if isinstance(address, ipaddress.IPv6Address) and (address.ipv4_mapped is not None or "%" in value):
        return "is not an IP address: write IPv4-mapped addresses as IPv4, and IPv6 addresses without a zone"
    return ""


def _endpoint_ip(value: Any) -> str:
    wrong = strict_ip(value)
    if wrong or not isinstance(value, str):
        return wrong
    address = ipaddress.ip_address(value)
    special = address.is_unspecified or address.is_loopback or address.is_link_local
    if special or value in ("224.0.0.1",) or (address.is_multicast and str(address).startswith(("224.0.0.", "ff02:"))):
        return "must not be an unspecified, loopback or link-local address"
    return ""


def strict_range(value: Any) -> str:
    """An address range without host bits."""
    if not isinstance(value, str):
        return ""
    if "/" not in value:
        return "is not an address range such as 10.0.0.0/16"
    try:
        found = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return "is not an address range such as 10.0.0.0/16"
    address, _, prefix = value.partition("/")
    if strict_ip(address) or not prefix.isdigit() or str(int(prefix)) != prefix:
        return "is not an address range such as 10.0.0.0/16"
    if ipaddress.ip_address(address) != found.network_address:
        return f"has host bits set; did you mean {found}?"
    return ""


def _above_zero(value: Any) -> str:
    if isinstance(value, str) and not re.fullmatch(r"[0-9]+%", value):
        return "is neither a number nor a percentage such as 25%"
    if value in ("0%", 0) and not isinstance(value, bool):
        return "must not be 0"
    if isinstance(value, int) and value < 0:
        return "must not be negative"
    return "must be at most 100%" if isinstance(value, str) and int(value[:-1]) > 100 else ""


def _indexes(value: Any) -> str:
    """Job indexes: ascending numbers and intervals, separated by commas."""
    if not isinstance(value, str):
        return ""
    last = -1
    for part in value.split(","):
        found = re.fullmatch(r"(\d+)(?:-(\d+))?", part)
        if not found or len(value) > _MOST_INDEXES:
            return "must be numbers and intervals such as 0,2-4"
        first, end = int(found[1]), int(found[2] or found[1])
        if first <= last or (found[2] and end <= first):
            return "must be ascending numbers and intervals, such as 0,2-4"
        last = end
    return ""


@cache
def _zones() -> frozenset[str]:
    from zoneinfo import available_timezones

    return frozenset(available_timezones())


def _time_zone(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    if value.casefold() == "local" or (value not in _zones() and value != "UTC"):
        return "is not a time zone such as Europe/London"
    return ""


def _parameters(value: Any) -> str:
    if not isinstance(value, Mapping):
        return ""
    if any(key == "" for key in value):
        return "has an empty key"
    return "has more than 512 entries" if len(value) > 512 else ""


def _not_empty(value: Any) -> str:
    return "must not be empty" if value == "" else ""


_LABEL_TEXT = text(LABEL, 63, "is not a DNS label")


def _or_all(word: str) -> Check:
    return lambda value: "" if value == word else _LABEL_TEXT(value)


def _url_path(value: Any) -> str:
    if isinstance(value, str) and not re.fullmatch(r"\*|/([^\s?#]*)", value):
        return "must be a path, beginning with /"
    if isinstance(value, str) and "//" in value:
        return "must not contain //"
    return ""


def _api_version(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    group, slash, version = value.rpartition("/")
    if (slash and not re.fullmatch(SUBDOMAIN, group)) or not re.fullmatch(LABEL, version):
        return "is not an API version such as v1 or apps/v1"
    return ""


def _labels_only(value: Any) -> str:
    others = (
        sorted(key for key, item in value.items() if item and key not in ("labels", "annotations"))
        if isinstance(value, Mapping)
        else []
    )
    return f"cannot have {others[0]}: only labels and annotations" if others else ""


def _finalizer(value: Any) -> str:
    if not isinstance(value, str) or value in _FINALIZERS:
        return ""
    prefix, slash, word = value.rpartition("/")
    good = slash and re.fullmatch(SUBDOMAIN, prefix) and len(word) <= 63 and re.fullmatch(WORD, word)
    return "" if good else "is not a finalizer: a domain, a slash and a name, such as example.org/cleanup"


def _three_labels(value: Any) -> str:
    if isinstance(value, str) and (not re.fullmatch(SUBDOMAIN, value) or value.count(".") < 2 or len(value) > 253):
        return "must be a domain with at least three parts, such as check.example.org"
    return ""


def _https_url(value: Any) -> str:
    if isinstance(value, str) and not re.fullmatch(r"https://[^/?#@\s]+(/[^?#]*)?", value):
        return "must begin with https:// and have no user, query or fragment"
    return ""


def _request(value: Any) -> str:
    """A base64-encoded certificate request in PEM."""
    if not isinstance(value, str):
        return ""
    try:
        from cryptography import x509

        return "" if x509.load_pem_x509_csr(base64.b64decode(value)).is_signature_valid else "is not signed by its key"
    except (ValueError, binascii.Error):
        return "is not a PEM certificate request in base64"


def _attribute(value: Any) -> str:
    if isinstance(value, str) and not re.fullmatch(rf"(?i:{SUBDOMAIN})/[A-Za-z_][A-Za-z0-9_]{{0,31}}", value):
        return "must be a domain, a slash and a C identifier, such as example.org/model"
    return ""


def _pool_name(value: Any) -> str:
    if isinstance(value, str) and not all(re.fullmatch(SUBDOMAIN, part) for part in value.split("/")):
        return "must be DNS names separated by slashes"
    return ""


def _extended_resource(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    prefix, slash, word = value.partition("/")
    good = slash and re.fullmatch(SUBDOMAIN, prefix) and "kubernetes.io" not in prefix and len(word) <= 63
    good = good and re.fullmatch(WORD, word) and not value.startswith("requests.")
    return "" if good else "is not an extended resource such as example.org/gpu"


CHECKS: dict[str, Check] = {
    "account-or-all": lambda value: (
        "" if value == "*" else text(SUBDOMAIN, 253, "is neither a service account nor *")(value)
    ),
    "api-version": _api_version,
    "attribute": _attribute,
    "capacity": _capacity,
    "cel-identifier": text(r"[A-Za-z_][A-Za-z0-9_]*", 65536, "is not a CEL identifier"),
    "cidr": strict_range,
    "csi-driver": lambda value: text(
        SUBDOMAIN, 63, "is not a driver's name: at most 63 lower-case letters, digits, '-' and '.'"
    )(value.lower() if isinstance(value, str) else value),
    "csr": _request,
    "dns-search": text(rf"\.|_?{LABEL}(\.[_a-z0-9]([-_a-z0-9]*[_a-z0-9])?)*\.?", 254, "is not a DNS name to search"),
    "domain-path": _domain_path,
    "endpoint-ip": _endpoint_ip,
    "extended-resource": _extended_resource,
    "finalizer": _finalizer,
    "header-name": text(r"[-A-Za-z0-9]+", 65536, "is not a header's name"),
    "host-ports": _host_ports,
    "https-url": _https_url,
    "indexes": _indexes,
    "inner-path": _inner_path,
    "ip": strict_ip,
    "iqn": _iqn,
    "labels-only": _labels_only,
    "micro-time": text(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)",
        40,
        "is not a time such as 2026-01-31T09:00:00.000000Z",
    ),
    "kind-name": text(r"[A-Za-z]([-A-Za-z0-9]*[A-Za-z0-9])?", 63, "is not the name of a kind"),
    "name-prefix": lambda value: "",
    "namespace-or-all": _or_all("*"),
    "no-dots": _no_dots,
    "not-empty": _not_empty,
    "parameters": _parameters,
    "percentage-above-zero": _above_zero,
    "pool-name": _pool_name,
    "secret-reference": _secret_reference,
    "semver": text(_SEMVER, 64, "is not a semantic version such as 1.2.3"),
    "sysctl": text(
        r"[a-z0-9]([-_a-z0-9]*[a-z0-9])?([./][a-z0-9]([-_a-z0-9]*[a-z0-9])?)*", 253, "is not a sysctl's name"
    ),
    "three-labels": _three_labels,
    "time-zone": _time_zone,
    "url-path": _url_path,
}
"""The formats by name."""
