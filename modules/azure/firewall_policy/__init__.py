"""Firewall policies: what may pass, as data.

    FirewallPolicy("firewall-base", {"label": label, "location": "uksouth", "resource_group_name": group.name,
                                     "workload": "base", "estate": ["10.30.0.0/16"]})

makes a policy with the groups of `rules.yaml`: what every estate needs of Azure, and what nothing may do. A hub that
names it as `firewall.base_policy_id` inherits them: a base policy's groups always come before those of the policies
under it, so a force's own rules, added with `FirewallRules`, cannot undo what the base denies.

A rule names whole estates as `estate` in its sources or destinations; anything that no rule allows is denied.
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
