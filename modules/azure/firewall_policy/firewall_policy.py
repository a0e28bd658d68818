"""A firewall policy with intrusion detection, threat intelligence and rule collection groups."""

from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import network

from bluelamp.modules.azure.firewall_policy.groups import FirewallRuleGroup, base_groups, rule_groups
from bluelamp.modules.azure.firewall_policy.tls import (
    CertificateAuthority,
    authority_problems,
    reader,
    transport_security,
)
from bluelamp.modules.azure.place import Place
from bluelamp.modules.component import Component, after
from bluelamp.modules.shared_arguments import ResourceGroupScopedArgs

_TIERS = ("Standard", "Premium")
_MODES = ("Deny", "Alert", "Off")


class IntrusionDetection(TypedDict):
    """Intrusion detection of a Premium policy."""

    mode: NotRequired[str]
    """`Deny`, `Alert` or `Off`; `Deny` by default."""
    signature_overrides: NotRequired[dict[str, str]]
    """Overrides of the mode by signature id, `Deny`, `Alert` or `Off`, such as for false positives."""


class FirewallPolicyArgs(ResourceGroupScopedArgs):
    """Arguments of a firewall policy."""

    workload: str
    """The purpose of the policy, such as `base`."""
    estate: list[str]
    """The address ranges that `estate` stands for: the force's ranges in Azure and on premises."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace for policy analytics."""
    tier: NotRequired[str]
    """`Premium` or `Standard`; `Premium` by default. A child policy cannot have a lower tier."""
    threat_intel_mode: NotRequired[str]
    """The threat intelligence mode for known malicious addresses: `Deny`, `Alert` or `Off`; `Deny` by default."""
    intrusion_detection: NotRequired[IntrusionDetection]
    """Intrusion detection; everything detected is denied by default. A Standard policy has none."""
    base_policy_id: NotRequired[pulumi.Input[str]]
    """The base policy, whose rules precede this policy's; none by default."""
    dns_servers: NotRequired[list[pulumi.Input[str]]]
    """The DNS servers of the firewall's DNS proxy; Azure DNS by default. In a virtual hub, to which no private DNS zone
    can be linked, the address of the resolver beside it."""
    certificate_authority: NotRequired[CertificateAuthority]
    """The certificate authority for rules with `terminate_tls`; none by default."""
    rule_groups: NotRequired[list[FirewallRuleGroup]]
    """The rule collection groups; those of `rules.yaml` by default."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the policy; false by default."""


class FirewallPolicy(Component):
    """A firewall policy that denies known threats and all traffic that no rule allows."""

    policy_id: pulumi.Output[str]
    """The policy's ARM id. It depends on the rules: a firewall that uses the policy gets all of them."""
    policy_name: pulumi.Output[str]
    """The policy's name, known before it exists."""

    def __init__(self, name: str, args: FirewallPolicyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        tier, threats = args.get("tier", "Premium"), args.get("threat_intel_mode", "Deny")
        inspection = args.get("intrusion_detection", {})
        authority = args.get("certificate_authority")
        _check(name, tier, threats, inspection, authority)
        base = args.get("base_policy_id")
        place = Place(self, name, args["label"], args["location"], args["resource_group_name"], args["workspace_id"])
        policy_name = place.name("firewall_policy", args["workload"])
        policy = network.FirewallPolicy(
            place.logical("policy"),
            firewall_policy_name=policy_name,
            **place.here,
            sku=network.FirewallPolicySkuArgs(tier=tier),
            base_policy=network.SubResourceArgs(id=base) if base else None,
            threat_intel_mode=threats,
            intrusion_detection=_inspection(inspection) if tier == "Premium" else None,
            dns_settings=network.DnsSettingsArgs(enable_proxy=True, servers=args.get("dns_servers")),
            transport_security=transport_security(authority),
            identity=reader(authority),
            insights=network.FirewallPolicyInsightsArgs(
                is_enabled=True,
                retention_days=30,
                log_analytics_resources=network.FirewallPolicyLogAnalyticsResourcesArgs(
                    default_workspace_id=network.SubResourceArgs(id=args["workspace_id"])
                ),
            ),
            opts=self.child(protect=args.get("protect", False)),
        )
        where = {"firewall_policy_name": after(policy_name, policy), "resource_group_name": args["resource_group_name"]}
        groups = args["rule_groups"] if "rule_groups" in args else base_groups()
        made = rule_groups(self, name, where, groups, args["estate"], inspects_tls=authority is not None)
        self.policy_id = pulumi.Output.all(policy.id, *(group.id for group in made)).apply(lambda ids: str(ids[0]))
        self.policy_name = after(policy_name, policy, *made)
        self.finish()


def _check(
    name: str, tier: str, threats: str, inspection: IntrusionDetection, authority: CertificateAuthority | None
) -> None:
    modes = {"threat_intel_mode": threats, "intrusion_detection.mode": inspection.get("mode", "Deny")}
    for signature, mode in inspection.get("signature_overrides", {}).items():
        modes[f"intrusion_detection.signature_overrides.{signature}"] = mode
    wrong = [f"{key} is {mode!r}; allowed are {', '.join(_MODES)}" for key, mode in modes.items() if mode not in _MODES]
    if tier not in _TIERS:
        wrong.append(f"tier is {tier!r}; allowed are {' and '.join(_TIERS)}")
    elif tier == "Standard" and inspection:
        wrong.append("intrusion_detection needs the Premium tier; this policy is Standard")
    if authority is not None:
        wrong += authority_problems(authority, tier)
    if wrong:
        raise ValueError(f"FirewallPolicy {name!r}: " + "; ".join(wrong))


def _inspection(wanted: IntrusionDetection) -> network.FirewallPolicyIntrusionDetectionArgs:
    overrides = wanted.get("signature_overrides", {})
    return network.FirewallPolicyIntrusionDetectionArgs(
        mode=wanted.get("mode", "Deny"),
        configuration=network.FirewallPolicyIntrusionDetectionConfigurationArgs(
            signature_overrides=[
                network.FirewallPolicyIntrusionDetectionSignatureSpecificationArgs(id=signature, mode=mode)
                for signature, mode in overrides.items()
            ]
        )
        if overrides
        else None,
    )
