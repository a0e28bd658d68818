"""The rules for TLS inspection by the hubs' firewalls."""

from collections.abc import Mapping
from typing import Final

import pulumi

from bluelamp.infra.program.azure.context import Context

_GROUP: Final = "tls-inspection"
_PRIORITY: Final = 900
"""After the rule groups of the hub and of the base policy, which deny prohibited traffic."""


def inspect_tls(context: Context, policies: Mapping[str, pulumi.Output[str]]) -> Mapping[str, pulumi.Output[str]]:
    """Allows traffic to the names in the settings with TLS inspection, in each firewall.

    `policies` are the names of the firewalls' policies by region. Returns the same names, available after these rules.
    """
    wanted = context.azure.hub.firewall.tls_inspection
    if wanted is None:
        return policies
    from bluelamp.modules.azure.firewall_policy import FirewallRule, FirewallRules

    rule: FirewallRule = {
        "name": "inspected",
        "sources": ["estate"],
        "fqdns": list(wanted.fqdns),
        "web": ["Https:443"],
        "terminate_tls": True,
    }
    return {
        region: FirewallRules(
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
        ).policy_name
        for region, policy in policies.items()
    }
