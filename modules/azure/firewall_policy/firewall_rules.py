"""Groups of rules that are added to a policy that is there already, such as a hub's."""

from typing import NotRequired, TypedDict

import pulumi

from bluelamp.modules.azure.firewall_policy.groups import FirewallRuleGroup, rule_groups
from bluelamp.modules.component import Component


class FirewallRulesArgs(TypedDict):
    """What a firewall policy is given."""

    resource_group_name: pulumi.Input[str]
    """The policy's resource group."""
    policy_name: pulumi.Input[str]
    """The policy's name."""
    estate: list[str]
    """The address ranges that the rules call `estate`."""
    rule_groups: list[FirewallRuleGroup]
    """The groups; no other group of the policy has their names or priorities (a hub's own has 200)."""
    inspects_tls: NotRequired[bool]
    """Whether the policy has a certificate authority, which rules with `terminate_tls` need; false by default."""


class FirewallRules(Component):
    """A force's own groups of rules on a policy."""

    group_ids: pulumi.Output[dict[str, str]]
    """The groups' ARM ids by their names."""
    policy_name: pulumi.Output[str]
    """The policy's name, known before anything exists. It waits for the groups: Azure changes one at a time."""

    def __init__(self, name: str, args: FirewallRulesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        where = {"firewall_policy_name": args["policy_name"], "resource_group_name": args["resource_group_name"]}
        groups = sorted(args["rule_groups"], key=lambda group: group["priority"])
        made = rule_groups(self, name, where, groups, args["estate"], inspects_tls=args.get("inspects_tls", False))
        self.policy_name = pulumi.Output.all(args["policy_name"], *(each.urn for each in made)).apply(_first)
        names = [group["name"] for group in groups]
        self.group_ids = pulumi.Output.all(**{key: each.id for key, each in zip(names, made, strict=True)})
        self.finish()


def _first(values: list[str]) -> str:
    return values[0]
