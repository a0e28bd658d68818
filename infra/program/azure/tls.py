"""The rules by which the hubs' firewalls look inside TLS."""

from typing import TYPE_CHECKING, Final

from bluelamp.infra.program.azure.context import Context

if TYPE_CHECKING:
    from bluelamp.infra.program.azure.network import Network

_GROUP: Final = "tls-inspection"
_PRIORITY: Final = 900
"""After the groups of the hub's own and of the base policy, which deny what nothing may do."""


def inspect_tls(context: Context, made: "Network") -> None:
    """Lets the estate reach the names of the settings, inspected, in each firewall; later groups wait for this one."""
    wanted = context.azure.hub.firewall.tls_inspection
    if wanted is None:
        return
    from bluelamp.modules.azure.firewall_policy import FirewallRule, FirewallRules

    rule: FirewallRule = {
        "name": "inspected",
        "sources": ["estate"],
        "fqdns": list(wanted.fqdns),
        "web": ["Https:443"],
        "terminate_tls": True,
    }
    for region, policy in list(made.firewall_policies.items()):
        rules = FirewallRules(
            context.regional(_GROUP, region),
            {
                "resource_group_name": context.group("network", region).name,
                "policy_name": policy,
                "estate": context.estate,
                "inspects_tls": True,
                "rule_groups": [
                    {
                        "name": _GROUP,
                        "priority": _PRIORITY,
                        "collections": [{"name": "inspected", "priority": 100, "action": "Allow", "rules": [rule]}],
                    }
                ],
            },
            context.at("network"),
        )
        made.firewall_policies[region] = rules.policy_name
