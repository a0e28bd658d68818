"""Checks of network security group rules."""

import re
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address
from typing import Any

from bluelamp.rehearsal.azure.ranges import Violation, parse
from bluelamp.rehearsal.sdk.messages import did_you_mean, join_path, listing

_ALLOWED = {
    "access": ("Allow", "Deny"),
    "direction": ("Inbound", "Outbound"),
    "protocol": ("Tcp", "Udp", "Icmp", "Esp", "Ah", "*"),
}
_PORTS = re.compile(r"\*|\d{1,5}(-\d{1,5})?")


def check_group(values: Mapping[str, Any]) -> Iterator[Violation]:
    """The violations in a group's inline rules."""
    rules = values.get("securityRules")
    known = [one for one in rules if isinstance(one, Mapping)] if isinstance(rules, list) else []
    for index, rule in enumerate(known):
        yield from check_rule(rule, join_path("securityRules", index), str(rule.get("name")), known[:index])


def check_rule(
    rule: Mapping[str, Any], path: str, name: str, others: Sequence[Mapping[str, Any]] = ()
) -> Iterator[Violation]:
    """The violations in a rule, including conflicts with `others` of its group."""
    priority, direction = rule.get("priority"), rule.get("direction")
    if isinstance(priority, (int, float)) and not 100 <= priority <= 4096:
        message = f"Security rule {name} has invalid Priority. Value provided: {priority}. Allowed range 100-4096."
        yield Violation(join_path(path, "priority"), "SecurityRuleInvalidPriority", message)
    if priority is None:
        message = f"Security rule {name} has no Priority. Allowed range 100-4096."
        yield Violation(join_path(path, "priority"), "SecurityRuleInvalidPriority", message)
    for key, allowed in _ALLOWED.items():
        value = rule.get(key)
        if isinstance(value, str) and value.lower() not in {one.lower() for one in allowed}:
            message = f"Security rule {name} has invalid {key} '{value}'. Allowed: {listing(allowed)}"
            code = f"SecurityRuleInvalid{key.capitalize()}"
            yield Violation(join_path(path, key), code, message + did_you_mean(value, allowed))
    for key in ("sourcePortRange", "destinationPortRange", "sourcePortRanges", "destinationPortRanges"):
        for where, text in _texts(rule, key, path):
            if not _is_port(text):
                message = f"Security rule {name} has invalid Port range. Value provided: {text}. Value should be an "
                yield Violation(
                    where, "SecurityRuleInvalidPortRange", message + "integer OR integer range with '-' delimiter."
                )
    for key in (
        "sourceAddressPrefix",
        "destinationAddressPrefix",
        "sourceAddressPrefixes",
        "destinationAddressPrefixes",
    ):
        for where, text in _texts(rule, key, path):
            if not _is_address(text):
                message = f"Security rule {name} has invalid Address prefix. Value provided: {text}"
                yield Violation(where, "SecurityRuleInvalidAddressPrefix", message)
    for other in others:
        clash = isinstance(priority, (int, float)) and other.get("priority") == priority
        if clash and isinstance(direction, str) and other.get("direction") == direction:
            rival = other.get("name") or other.get("securityRuleName")
            message = (
                f"Security rule {name} conflicts with rule {rival}. Rules cannot have the same Priority and Direction."
            )
            yield Violation(join_path(path, "priority"), "SecurityRuleConflict", message)


def _texts(rule: Mapping[str, Any], key: str, path: str) -> Iterator[tuple[str, str]]:
    value = rule.get(key)
    here = join_path(path, key)
    if isinstance(value, str):
        yield here, value
    elif isinstance(value, list):
        yield from ((join_path(here, index), one) for index, one in enumerate(value) if isinstance(one, str))


def _is_port(text: str) -> bool:
    if not _PORTS.fullmatch(text):
        return False
    ends = [int(one) for one in text.split("-") if one != "*"]
    return all(one <= 65535 for one in ends) and ends == sorted(ends)


def _is_address(text: str) -> bool:
    if text == "*" or (text[:1].isalpha() and ":" not in text):
        return True
    if "/" in text:
        return not isinstance(parse("", text, ""), Violation)
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
