"""Conversion of rule collection groups from data to Azure Firewall's format."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NotRequired, TypedDict

import pulumi
import yaml
from pulumi_azure_native import network

from bluelamp.modules import arguments
from bluelamp.modules.component import Component

ESTATE = "estate"
"""Placeholder for the estate's address ranges in a rule's sources and destinations."""


class FirewallRule(TypedDict):
    """One rule: an application rule if it has `web`, otherwise a network rule."""

    name: str
    """The rule's name, unique in its collection."""
    sources: list[str]
    """Address ranges, `estate` or `*`."""
    destinations: NotRequired[list[str]]
    """Address ranges, service tags, `estate` or `*`; in network rules only."""
    fqdns: NotRequired[list[str]]
    """Host names; in an application rule they may start with `*.`."""
    fqdn_tags: NotRequired[list[str]]
    """FQDN tags, such as `WindowsUpdate`; in application rules only."""
    protocols: NotRequired[list[str]]
    """`TCP`, `UDP`, `ICMP` or `Any`; `TCP` by default. In network rules only."""
    ports: NotRequired[list[str]]
    """Ports such as `443` or `8000-8080`; required in a network rule."""
    web: NotRequired[list[str]]
    """Protocols and ports of an application rule: `Https:443`, `Http:80`, `Mssql:1433`."""
    terminate_tls: NotRequired[bool]
    """Whether an application rule terminates TLS, which needs a policy with a certificate authority; false by
    default."""


class FirewallRuleCollection(TypedDict):
    """Rules with the same action."""

    name: str
    """The collection's name, unique in its group."""
    priority: int
    """100 to 65000; the lowest number is processed first."""
    action: str
    """`Allow` or `Deny`."""
    rules: list[FirewallRule]
    """At least one rule; all of them network rules, or all application rules."""


class FirewallRuleGroup(TypedDict):
    """Rule collections that are deployed together."""

    name: str
    """The group's name, unique in the policy."""
    priority: int
    """100 to 65000; the lowest number is processed first."""
    collections: list[FirewallRuleCollection]
    """At least one collection."""


@cache
def base_groups() -> tuple[FirewallRuleGroup, ...]:
    """The groups of `rules.yaml`."""
    read = yaml.safe_load(Path(__file__).with_name("rules.yaml").read_text("utf-8"))
    arguments.check("rules.yaml", list[FirewallRuleGroup], read)
    return tuple(read)


def rule_groups(
    owner: Component,
    prefix: str,
    where: Mapping[str, pulumi.Input[str]],
    groups: Sequence[FirewallRuleGroup],
    estate: list[str],
    after: pulumi.Resource | None = None,
    *,
    inspects_tls: bool = False,
) -> list[network.FirewallPolicyRuleCollectionGroup]:
    """Creates `groups` in the policy given by `where` (its `firewall_policy_name` and `resource_group_name`).

    They are created one after another, the first after `after`: Azure changes one group of a policy at a time.
    `inspects_tls` is true if the policy has a certificate authority.
    Raises `ValueError` listing everything that Azure Firewall would reject.
    """
    if wrong := problems(groups, inspects_tls=inspects_tls):
        raise ValueError(f"{prefix}: " + "; ".join(wrong))
    made: list[network.FirewallPolicyRuleCollectionGroup] = []
    for group in sorted(groups, key=lambda group: group["priority"]):
        before = made[-1] if made else after
        made.append(
            network.FirewallPolicyRuleCollectionGroup(
                f"{prefix}-{group['name']}",
                rule_collection_group_name=group["name"],
                priority=group["priority"],
                rule_collections=[_collection(collection, estate) for collection in group["collections"]],
                **where,
                opts=owner.child(depends_on=[before] if before else None),
            )
        )
    return made


def problems(groups: Sequence[FirewallRuleGroup], *, inspects_tls: bool = False) -> list[str]:
    """The problems that Azure Firewall would find in `groups`, each in a sentence."""
    found = _clashes("rule_groups", groups)
    for group in groups:
        where = f"rule_groups.{group['name']}"
        found += _clashes(where, group["collections"])
        for collection in group["collections"]:
            inside = f"{where}.{collection['name']}"
            if collection["action"] not in ("Allow", "Deny"):
                found.append(f"{inside}.action is {collection['action']!r}; allowed are Allow and Deny")
            kinds = {"web" in rule for rule in collection["rules"]}
            if len(kinds) != 1:
                found.append(f"{inside} must have rules, all of the network (ports) or all of applications (web)")
            found += [problem for rule in collection["rules"] for problem in _rule_problems(inside, rule)]
            found += [problem for rule in collection["rules"] for problem in _tls(inside, rule, inspects_tls)]
    return found


def _tls(where: str, rule: FirewallRule, inspects_tls: bool) -> list[str]:
    """The problems with TLS inspection in a rule."""
    if not rule.get("terminate_tls") or "web" not in rule:
        return []
    inside = f"{where}.{rule['name']}.terminate_tls"
    found = [] if inspects_tls else [f"{inside} needs a policy with a certificate_authority; add one, or remove it"]
    if not any(protocol.startswith("Https:") for protocol in rule["web"]):
        found.append(f"{inside} needs Https in web; add Https:443, or remove terminate_tls")
    return found


def _rule_problems(where: str, rule: FirewallRule) -> list[str]:
    inside = f"{where}.{rule['name']}"
    targets = sum(bool(rule.get(key)) for key in ("destinations", "fqdns", "fqdn_tags"))
    found = [] if targets == 1 else [f"{inside} must have one of destinations, fqdns and fqdn_tags"]
    wrong = ("destinations", "protocols", "ports") if "web" in rule else ("fqdn_tags", "terminate_tls")
    found += [
        f"{inside}.{key} is not of {'an application' if 'web' in rule else 'a network'} rule"
        for key in wrong
        if key in rule
    ]
    if "web" not in rule and not rule.get("ports"):
        found.append(f"{inside}.ports is required: the ports of a network rule, or web for an application rule")
    for protocol in rule.get("web", []):
        kind, _, port = protocol.partition(":")
        if kind not in ("Http", "Https", "Mssql") or not port.isdigit():
            found.append(f"{inside}.web is {protocol!r}; write it as Https:443, Http:80 or Mssql:1433")
    return found


def _clashes(where: str, items: Sequence[FirewallRuleGroup] | Sequence[FirewallRuleCollection]) -> list[str]:
    found = [
        f"{where}.{item['name']}.priority is {item['priority']}; allowed are 100 to 65000"
        for item in items
        if not 100 <= item["priority"] <= 65000
    ]
    for key in ("name", "priority"):
        values = [item[key] for item in items]
        found += [
            f"{where} has {key} {value} more than once" for value in sorted({v for v in values if values.count(v) > 1})
        ]
    return found


def _collection(
    collection: FirewallRuleCollection, estate: list[str]
) -> network.FirewallPolicyFilterRuleCollectionArgs:
    return network.FirewallPolicyFilterRuleCollectionArgs(
        name=collection["name"],
        rule_collection_type="FirewallPolicyFilterRuleCollection",
        priority=collection["priority"],
        action=network.FirewallPolicyFilterRuleCollectionActionArgs(type=collection["action"]),
        rules=[_application(rule, estate) if "web" in rule else _network(rule, estate) for rule in collection["rules"]],
    )


def _network(rule: FirewallRule, estate: list[str]) -> network.NetworkRuleArgs:
    return network.NetworkRuleArgs(
        name=rule["name"],
        rule_type="NetworkRule",
        ip_protocols=rule.get("protocols", ["TCP"]),
        source_addresses=_ranges(rule["sources"], estate),
        destination_addresses=_ranges(rule.get("destinations", []), estate) or None,
        destination_fqdns=rule.get("fqdns"),
        destination_ports=rule["ports"],
    )


def _application(rule: FirewallRule, estate: list[str]) -> network.ApplicationRuleArgs:
    protocols = [protocol.partition(":") for protocol in rule["web"]]
    return network.ApplicationRuleArgs(
        name=rule["name"],
        rule_type="ApplicationRule",
        source_addresses=_ranges(rule["sources"], estate),
        target_fqdns=rule.get("fqdns"),
        fqdn_tags=rule.get("fqdn_tags"),
        protocols=[
            network.FirewallPolicyRuleApplicationProtocolArgs(protocol_type=kind, port=int(port))
            for kind, _, port in protocols
        ],
        terminate_tls=rule.get("terminate_tls"),
    )


def _ranges(addresses: list[str], estate: list[str]) -> list[str]:
    return [one for address in addresses for one in (estate if address == ESTATE else [address])]
