"""Rule collection groups for an existing policy, such as a hub's."""

from typing import NotRequired, TypedDict

import pulumi

from bluelamp.modules.azure.firewall_policy.groups import FirewallRuleGroup, rule_groups
from bluelamp.modules.component import Component


class FirewallRulesArgs(TypedDict):
    """Arguments of the rules."""

    resource_group_name: pulumi.Input[str]
    """The policy's resource group."""
    policy_name: pulumi.Input[str]
    """The policy's name."""
    estate: list[str]
    """The address ranges that `estate` stands for."""
    rule_groups: list[FirewallRuleGroup]
    """The groups. Names and priorities must be unique in the policy; a hub's own group has priority 200."""
    inspects_tls: NotRequired[bool]
    """Whether the policy has a certificate authority, which `terminate_tls` rules need; false by default."""


class FirewallRules(Component):
    """A force's rule collection groups in a policy."""

    group_ids: pulumi.Output[dict[str, str]]
    """The groups' ARM ids by their names."""
    policy_name: pulumi.Output[str]
    """The policy's name, known in a preview. It depends on the groups: Azure changes one at a time."""

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
