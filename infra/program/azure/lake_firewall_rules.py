"""The firewall rules that let the force's sites and API Management reach the data lake.

The rules are application rules, by host name. An application rule always translates the source address (SNAT), so that
a private endpoint's replies return through the firewall; a network rule does not, and replies would be lost.
Source: Microsoft, "Azure Firewall scenarios to inspect traffic destined to a private endpoint".
"""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Final

import pulumi

from bluelamp.infra.program.azure.access import interface_range
from bluelamp.infra.program.azure.context import Context
from bluelamp.modules import naming

if TYPE_CHECKING:
    from bluelamp.modules.azure.firewall_policy import FirewallRule
    from bluelamp.modules.data.lake import DataLake

_GROUP: Final = "data"
_PRIORITY: Final = 1000
"""After the rule groups of the hub and of the base policy, which deny prohibited traffic."""


def lake_firewall_rules(context: Context, policies: Mapping[str, pulumi.Output[str]], lake: "DataLake | None") -> None:
    """Lets the force's sites and the interfaces reach the lake by HTTPS, in each firewall on the path.

    `policies` are the names of the firewalls' policies, by region.
    """
    if lake is None:
        return
    for region, policy in policies.items():
        if rules := list(_rules(context, region)):
            _add(context, policy, region, rules)


def _rules(context: Context, region: str) -> Iterator["FirewallRule"]:
    account = naming.name("storage_account", "lake", context.label, context.location)
    hosts = [f"{account}.{part}.core.windows.net" for part in ("dfs", "blob")]
    sites = sorted(IPv4Network(str(site.address_space)) for site in context.sites)
    if sites and region == context.location:  # the region of the gateway and of the lake
        yield {"name": "sites-to-lake", "sources": [str(each) for each in sites], "fqdns": hosts, "web": ["Https:443"]}
    zone = interface_range(context)
    if zone is None:
        return
    beside, addresses = zone
    if region == beside:
        yield {"name": "interfaces-to-lake", "sources": [addresses], "fqdns": hosts, "web": ["Https:443"]}
    elif region == context.location:  # traffic from the other region has the source address of the firewall there
        source = _firewall_range(context, beside)
        yield {"name": "interfaces-to-lake", "sources": [source], "fqdns": hosts, "web": ["Https:443"]}


def _firewall_range(context: Context, region: str) -> str:
    (space,) = (space for each, space in context.azure.hubs.items() if each == region)
    plan = naming.hub_plan(str(space))
    return str(plan.virtual_hub if context.azure.topology == "virtual-wan" else plan.firewall)


def _add(context: Context, policy: pulumi.Output[str], region: str, rules: "list[FirewallRule]") -> None:
    from bluelamp.modules.azure.firewall_policy import FirewallRules

    FirewallRules(
        context.regional("data-ways", region),
        {
            "resource_group_name": context.group("network", region).name,
            "policy_name": policy,
            "estate": context.estate,
            "rule_groups": [
                {
                    "name": _GROUP,
                    "priority": _PRIORITY,
                    "collections": [{"name": "lake", "priority": 100, "action": "Allow", "rules": rules}],
                }
            ],
        },
        context.at("network"),
    )
