"""Firewall policies with their rules as data.

    FirewallPolicy("firewall-base", {"label": label, "location": "uksouth", "resource_group_name": group.name,
                                     "workload": "base", "estate": ["10.30.0.0/16"]})

creates a policy with the groups of `rules.yaml`: the Azure services that every estate needs, and the traffic that is
always denied. A hub with this policy as `firewall.base_policy_id` inherits the groups. A base policy's groups always
precede those of its child policies, so `FirewallRules` cannot override what the base policy denies.

In sources and destinations, `estate` means all address ranges of the estate. Traffic that matches no rule is denied.
"""

from bluelamp.modules.azure.firewall_policy.firewall_policy import (
    FirewallPolicy,
    FirewallPolicyArgs,
    IntrusionDetection,
)
from bluelamp.modules.azure.firewall_policy.firewall_rules import FirewallRules, FirewallRulesArgs
from bluelamp.modules.azure.firewall_policy.groups import FirewallRule, FirewallRuleCollection, FirewallRuleGroup
from bluelamp.modules.azure.firewall_policy.tls import CertificateAuthority

__all__ = [
    "CertificateAuthority",
    "FirewallPolicy",
    "FirewallPolicyArgs",
    "FirewallRule",
    "FirewallRuleCollection",
    "FirewallRuleGroup",
    "FirewallRules",
    "FirewallRulesArgs",
    "IntrusionDetection",
]
