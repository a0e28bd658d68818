"""Formats of strings and numbers in the Kubernetes API: names, labels, quantities, addresses.

The syntax is that of Kubernetes' own `apimachinery` validation (DNS labels and subdomains of RFC 1123, labels,
quantities) and of the OpenAPI formats that it checks.
"""

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeGuard

from bluelamp.core.suggestions import did_you_mean_or
from bluelamp.rehearsal.kubernetes import field_formats, object_formats, re2
from bluelamp.rehearsal.kubernetes.field_formats import LABEL as _LABEL
from bluelamp.rehearsal.kubernetes.field_formats import WORD as _WORD
from bluelamp.rehearsal.kubernetes.field_formats import text as _text

_QUANTITY = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?")
_UNITS = {"": 1.0, "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18}
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


def matches(pattern: str, value: str) -> bool:
    """Whether the Go pattern is found in `value`. A pattern that Python does not support counts as found."""
    read = re2.compiled(pattern)
    return read is None or read.search(value) is not None


def wrong(name: str, value: Any) -> str:
    """Why `value` does not have the format `name`, as the end of a sentence; empty if it does or there is no check."""
    check = _CHECKS.get(name) or field_formats.CHECKS.get(name) or object_formats.CHECKS.get(name)
    return check(value) if check else ""


def _name_of_key(value: Any) -> str:
    """The key of a label or annotation: an optional DNS prefix and slash, and a name."""
    if not isinstance(value, str):
        return ""
    prefix, slash, word = value.rpartition("/")
    if slash and wrong("dns-subdomain", prefix):
        return "has a prefix before the slash that is not a DNS name"
    if len(word) > 63 or not re.fullmatch(_WORD, word):
        return (
            "is not a valid key: at most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or "
            "digit, after an optional DNS prefix and a slash"
        )
    return ""


def _path_segment(value: Any) -> str:
    if isinstance(value, str) and (value in (".", "..") or "/" in value or "%" in value):
        return "is not a valid name: it must not be '.' or '..' nor contain '/' or '%'"
    return ""


def _quantity(value: Any) -> str:
    if isinstance(value, str) and not _QUANTITY.fullmatch(value):
        return "is not a quantity such as 500m, 2, 1.5, 128Mi or 10Gi"
    return ""


def is_quantity(value: Any) -> TypeGuard[str | float]:
    """Whether `value` is a quantity."""
    return not isinstance(value, bool) and isinstance(value, (str, int, float)) and not _quantity(value)


def quantity(value: str | float) -> float:
    """The numeric value of a quantity. Raises `ValueError` if it is not a quantity."""
    text = str(value)
    if not _QUANTITY.fullmatch(text):
        raise ValueError(text)
    number, unit = re.findall(r"^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([A-Za-z]*)$", text)[0]
    if unit.endswith("i"):
        return float(number) * float(1024 ** ("KMGTPE".index(unit[0]) + 1))
    return float(number) * _UNITS[unit]


_STANDARD = ("cpu", "memory", "ephemeral-storage")
_COUNTED = (
    *(
        "configmaps",
        "persistentvolumeclaims",
        "pods",
        "replicationcontrollers",
        "resourcequotas",
        "secrets",
        "services",
    ),
    *("services.loadbalancers", "services.nodeports", "storage", "requests.storage"),
)


def _resource(*also: str, prefixes: tuple[str, ...] = ("",)) -> Callable[[Any], str]:
    """A resource name: a standard one, or an extended resource with a slash."""
    known = {prefix + name for prefix in prefixes for name in _STANDARD} | set(also)

    def check(value: Any) -> str:
        if not isinstance(value, str) or value in known:
            return ""
        if value.startswith(tuple(f"{prefix}hugepages-" for prefix in prefixes)):
            return ""
        if "/" in value:
            return _name_of_key(value)
        hint = did_you_mean_or(value, sorted(known), lead="known:")
        return f"is not a resource: {hint} (an extended resource has a slash, such as example.org/gpu)"

    return check


def _amount(least: float) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if not is_quantity(value):
            return _quantity(value)
        low = quantity(value) < 0 or quantity(value) < least
        return "" if not low else "must be more than 0" if least else "must not be negative"

    return check


def _limit_type(value: Any) -> str:
    if value in ("Container", "Pod", "PersistentVolumeClaim") or not isinstance(value, str):
        return ""
    return _name_of_key(value) if "/" in value else "is not allowed; allowed: Container, Pod, PersistentVolumeClaim"


def _cluster_ip(value: Any) -> str:
    return "" if value in ("", "None") else wrong("ip", value) and 'is neither an IP address nor "None"'


def _port(value: Any) -> str:
    if isinstance(value, int) and not 1 <= value <= 65535:
        return "is not a port: it must be between 1 and 65535"
    return ""


def _port_name(value: Any) -> str:
    if isinstance(value, str) and (
        not re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", value)
        or len(value) > 15
        or "--" in value
        or not re.search("[a-z]", value)
    ):
        return "is not a port name: at most 15 lower-case letters, digits and '-', with at least one letter"
    return ""


def _port_or_name(value: Any) -> str:
    return _port(value) or _port_name(value)


def _parsed(parse: Callable[[str], object], reason: str) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if isinstance(value, str):
            try:
                parse(value)
            except (ValueError, binascii.Error):
                return reason
        return ""

    return check


def _whole(bits: int) -> Callable[[Any], str]:
    least, most = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1

    def check(value: Any) -> str:
        if isinstance(value, int) and not isinstance(value, bool) and not least <= value <= most:
            return f"does not fit a {bits}-bit integer"
        return ""

    return check


def _is_time(text: str) -> bool:
    found = _TIME.fullmatch(text)
    if found is None:
        return False
    try:
        datetime.fromisoformat(f"{found[1]}T{found[2]}")
    except ValueError:
        return False
    return True


def _percentage(value: Any) -> str:
    """A count that is not negative, or a percentage."""
    if isinstance(value, str) and not re.fullmatch(r"[0-9]+%", value):
        return "is neither a number nor a percentage such as 25%"
    if isinstance(value, int) and value < 0:
        return "must not be negative"
    return ""


_MONTHS = dict(
    zip(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], range(1, 13), strict=True)
)
_DAYS = dict(zip(["sun", "mon", "tue", "wed", "thu", "fri", "sat"], range(7), strict=True))
_CRON_FIELDS: tuple[tuple[int, int, dict[str, int]], ...] = (
    (0, 59, {}),
    (0, 23, {}),
    (1, 31, {}),
    (1, 12, _MONTHS),
    (0, 6, _DAYS),
)
_CRON_WORDS = ("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly")
_NO_CRON = "is not a schedule: five fields (minute hour day month weekday) or @hourly, @daily, @weekly …"


def _cron(value: Any) -> str:
    """A CronJob's schedule, as robfig/cron v3 parses it.

    The API server rejects `TZ=`, and allows `@every` only with a Go duration.
    """
    if not isinstance(value, str):
        return ""
    if "TZ" in value:
        return "must not set a time zone; set spec.timeZone"
    if value.startswith("@"):
        every = re.fullmatch(r"@every (([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h))+", value)
        return "" if value in _CRON_WORDS or every else _NO_CRON
    parts = value.split()
    if len(parts) != len(_CRON_FIELDS):
        return _NO_CRON
    for part, (least, most, names) in zip(parts, _CRON_FIELDS, strict=True):
        if not all(_cron_part(each, least, most, names) for each in part.split(",")):
            return f'is not a schedule: "{part}" must be numbers from {least} to {most}, ranges or steps'
    return ""


def _cron_part(part: str, least: int, most: int, names: dict[str, int]) -> bool:
    """Whether an item of a schedule's field is valid: `*`, `?`, `3`, `1-5`, `mon-fri`, each with an optional step."""
    span, slash, step = part.partition("/")
    if slash and (not step.isdigit() or int(step) == 0):
        return False
    low, dash, high = span.partition("-")
    if low in ("*", "?"):
        # The parser ignores anything after a dash.
        return True
    given = [low, high] if dash else [low]
    ends = [names.get(each.casefold(), int(each) if each.isdigit() else -1) for each in given]
    return all(least <= end <= most for end in ends) and ends == sorted(ends)


_CHECKS: dict[str, Callable[[Any], str]] = {
    "dns-label": _text(
        _LABEL,
        63,
        "is not a DNS label: at most 63 lower-case letters, digits and '-', beginning and ending with a "
        "letter or digit",
    ),
    "dns-1035-label": _text(
        r"[a-z]([-a-z0-9]*[a-z0-9])?",
        63,
        "is not a DNS label: at most 63 lower-case letters, digits and '-', "
        "beginning with a letter and ending with a letter or digit",
    ),
    "dns-subdomain": _text(
        rf"{_LABEL}(\.{_LABEL})*",
        253,
        "is not a DNS name: at most 253 lower-case letters, digits, '-' and '.', "
        "beginning and ending with a letter or digit",
    ),
    "host-or-wildcard": _text(
        rf"(\*\.)?{_LABEL}(\.{_LABEL})*", 253, "is not a host name such as app.example.org or *.example.org"
    ),
    "path-segment": _path_segment,
    "label-key": _name_of_key,
    "annotation-key": lambda value: _name_of_key(value.lower() if isinstance(value, str) else value),
    "label-value": _text(
        rf"({_WORD})?",
        63,
        "is not a label value: at most 63 letters, digits, '-', '_' and '.', beginning and ending "
        "with a letter or digit",
    ),
    "data-key": _text(r"[-._a-zA-Z0-9]+", 253, "is not a key of data: at most 253 letters, digits, '-', '_' and '.'"),
    "env-name": _text(
        r"[ -<>-~]+", 65536, "is not a name of an environment variable: printable characters other than '='"
    ),
    "absolute-path": _text(r"/.*", 4096, "must be an absolute path, beginning with /"),
    "cron": _cron,
    "quantity": _quantity,
    "amount": _amount(0),
    "positive-amount": _amount(1e-9),
    "container-resource": _resource(),
    "limit-resource": _resource("storage"),
    "quota-resource": _resource(*_COUNTED, prefixes=("", "requests.", "limits.")),
    "limit-type": _limit_type,
    "cluster-ip": _cluster_ip,
    "port": _port,
    "target-port": lambda value: "" if value in (0, "") else _port_or_name(value),
    "port-name": _port_name,
    "port-or-name": _port_or_name,
    "percentage": _percentage,
    "ipv4": _parsed(ipaddress.IPv4Address, "is not an IPv4 address"),
    "ipv6": _parsed(ipaddress.IPv6Address, "is not an IPv6 address"),
    "byte": _parsed(lambda text: base64.b64decode(text.replace("\n", ""), validate=True), "is not base64"),
    "date-time": lambda value: (
        "" if not isinstance(value, str) or _is_time(value) else "is not a time such as 2026-01-31T09:00:00Z"
    ),
    "int32": _whole(32),
    "int64": _whole(64),
}
