"""Azure Firewall in a hub: its public IP address, its policy and one rule collection group."""

from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import network

from bluelamp.modules.azure.firewall_policy.tls import (
    CertificateAuthority,
    authority_problems,
    reader,
    transport_security,
)
from bluelamp.modules.azure.place import Place
from bluelamp.modules.component import after

_TIERS = ("Standard", "Premium")


class HubFirewall(TypedDict):
    """The hub's firewall."""

    enabled: NotRequired[bool]
    """Whether a firewall is deployed; true by default. Without one, the hub has no outbound Internet access."""
    tier: NotRequired[str]
    """`Premium` (with intrusion detection) or `Standard`; `Premium` by default."""
    threat_intel_mode: NotRequired[str]
    """The threat intelligence mode for known malicious addresses: `Deny`, `Alert` or `Off`; `Deny` by default."""
    base_policy_id: NotRequired[pulumi.Input[str]]
    """The base policy, whose rules precede the hub's, such as a `FirewallPolicy` that all hubs share."""
    certificate_authority: NotRequired[CertificateAuthority]
    """The certificate authority for TLS inspection rules; none by default."""


def firewall(place: Place, wanted: HubFirewall, subnet: network.Subnet, estate: list[str]) -> network.AzureFirewall:
    """The firewall in `subnet` with its policy. Machines in `estate` ranges may use what the policy allows."""
    tier, threats = wanted.get("tier", "Premium"), wanted.get("threat_intel_mode", "Deny")
    if tier not in _TIERS:
        raise ValueError(f"{place.prefix}: firewall.tier is {tier!r}; allowed are {' and '.join(_TIERS)}")
    authority = wanted.get("certificate_authority")
    if authority is not None and (wrong := authority_problems(authority, tier)):
        raise ValueError(f"{place.prefix}: firewall: " + "; ".join(wrong))
    policy, rules = _policy(place, tier, threats, estate, wanted)
    address = place.public_address("firewall")
    wall = network.AzureFirewall(
        place.logical("firewall"),
        azure_firewall_name=place.name("firewall", "hub"),
        **place.here,
        sku=network.AzureFirewallSkuArgs(name="AZFW_VNet", tier=tier),
        threat_intel_mode=threats,
        firewall_policy=network.SubResourceArgs(id=policy.id),
        ip_configurations=[
            network.AzureFirewallIPConfigurationArgs(
                name="firewall",
                subnet=network.SubResourceArgs(id=subnet.id),
                public_ip_address=network.SubResourceArgs(id=address.id),
            )
        ],
        zones=place.zones,
        # Azure refuses to attach a policy while its rules are being updated.
        opts=place.owner.child(depends_on=[rules]),
    )
    place.log("firewall", wall, dedicated=True)
    return wall


def _policy(
    place: Place, tier: str, threats: str, estate: list[str], wanted: HubFirewall
) -> tuple[network.FirewallPolicy, network.FirewallPolicyRuleCollectionGroup]:
    inspection = network.FirewallPolicyIntrusionDetectionArgs(mode="Deny") if tier == "Premium" else None
    base, authority = wanted.get("base_policy_id"), wanted.get("certificate_authority")
    policy_name = place.name("firewall_policy", "hub")
    policy = network.FirewallPolicy(
        place.logical("firewall-policy"),
        firewall_policy_name=policy_name,
        **place.here,
        sku=network.FirewallPolicySkuArgs(tier=tier),
        threat_intel_mode=threats,
        intrusion_detection=inspection,
        dns_settings=network.DnsSettingsArgs(enable_proxy=True),
        base_policy=network.SubResourceArgs(id=base) if base else None,
        transport_security=transport_security(authority),
        identity=reader(authority),
        opts=place.owner.child(),
    )
    rules = network.FirewallPolicyRuleCollectionGroup(
        place.logical("firewall-rules"),
        rule_collection_group_name=place.name("rule_collection_group", "platform"),
        firewall_policy_name=after(policy_name, policy),
        resource_group_name=place.resource_group_name,
        priority=200,
        rule_collections=[
            _allow("platform-services", 200, [_service(estate, *service) for service in _SERVICES]),
            _allow("updates", 300, [_windows_update(estate)]),
        ],
        opts=place.owner.child(),
    )
    return policy, rules


_SERVICES = (("entra-id", "AzureActiveDirectory"), ("azure-monitor", "AzureMonitor"))
"""The service tags that every machine needs for sign-in and logs. Other traffic is denied."""


def _allow(
    name: str, priority: int, rules: list[network.NetworkRuleArgs | network.ApplicationRuleArgs]
) -> network.FirewallPolicyFilterRuleCollectionArgs:
    return network.FirewallPolicyFilterRuleCollectionArgs(
        name=name,
        rule_collection_type="FirewallPolicyFilterRuleCollection",
        priority=priority,
        action=network.FirewallPolicyFilterRuleCollectionActionArgs(type="Allow"),
        rules=rules,
    )


def _service(estate: list[str], name: str, tag: str) -> network.NetworkRuleArgs:
    return network.NetworkRuleArgs(
        name=name,
        rule_type="NetworkRule",
        ip_protocols=["TCP"],
        source_addresses=estate,
        destination_addresses=[tag],
        destination_ports=["443"],
    )


def _windows_update(estate: list[str]) -> network.ApplicationRuleArgs:
    protocols = (("Http", 80), ("Https", 443))  # updates are signed; some are delivered over HTTP
    return network.ApplicationRuleArgs(
        name="windows-update",
        rule_type="ApplicationRule",
        source_addresses=estate,
        fqdn_tags=["WindowsUpdate"],
        protocols=[
            network.FirewallPolicyRuleApplicationProtocolArgs(protocol_type=kind, port=port) for kind, port in protocols
        ],
    )
