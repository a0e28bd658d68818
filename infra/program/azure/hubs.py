"""What a hub is asked to be: its firewall, its ways, its rules, or the virtual hub that has them."""

from typing import TYPE_CHECKING

from bluelamp.infra.program.azure.context import Context
from bluelamp.infra.settings.azure import SecurityRule
from bluelamp.infra.settings.fields import Region
from bluelamp.modules import naming
from bluelamp.modules.azure.hub import HubArgs, HubRule

if TYPE_CHECKING:
    import pulumi

    from bluelamp.infra.program.azure.network import Network
    from bluelamp.modules.azure.firewall_policy import CertificateAuthority, FirewallPolicyArgs
    from bluelamp.modules.azure.log_analytics import LogAnalytics


def hub_args(context: Context, made: "Network", region: Region, space: str, logs: "LogAnalytics") -> HubArgs:
    """What the hub of a region is given; where Azure runs the hubs, the virtual one is made on the way."""
    args = _hub(context, region, space, logs)
    _in_topology(context, made, region, args, logs)
    if made.ddos_plan_id is not None:
        args["ddos_plan_id"] = made.ddos_plan_id
    return args


def _in_topology(context: Context, made: "Network", region: Region, args: HubArgs, logs: "LogAnalytics") -> None:
    """Gives the hub its firewall and the ways around it, or the virtual hub that has them."""
    base = _base_policy(context, region, logs)
    if context.azure.topology == "virtual-wan":
        from bluelamp.infra.program.azure.virtual_wan import joined_to, virtual_hub, virtual_wan

        made.virtual_wan = made.virtual_wan or virtual_wan(context)
        hub, policy_name = virtual_hub(context, made.virtual_wan, region, args["address_space"], base, logs)
        made.virtual_hubs[region], made.firewall_policies[region] = hub, policy_name
        args["virtual_hub"] = joined_to(context, hub, region)
        return
    wanted = context.azure.hub.firewall
    args["firewall"] = {
        "enabled": bool(wanted.enabled),
        "tier": wanted.tier,
        "threat_intel_mode": wanted.threat_intel_mode,
    }
    if base is not None:
        args["firewall"]["base_policy_id"] = base
    if authority := certificate_authority(context):
        args["firewall"]["certificate_authority"] = authority
    beyond = _beyond(context, region)
    if beyond:
        args["beyond"] = beyond
    zones = [zone.address_space for zone in context.azure.landing_zones if context.region_of(zone) == region]
    spokes = [str(space) for space in sorted(zones)]  # the order of the list does not count
    if region == context.location:  # where the gateway is, which the other hub uses too
        spokes += beyond
    if spokes:
        args["spoke_ranges"] = spokes


def _hub(context: Context, region: Region, space: str, logs: "LogAnalytics") -> HubArgs:
    wanted = context.azure.hub
    args: HubArgs = {
        "label": context.label,
        "location": region,
        "resource_group_name": context.group("network", region).name,
        "address_space": space,
        "estate": context.estate,
        "workspace_id": logs.workspace_id,
        "bastion": {"enabled": bool(wanted.bastion.enabled), "sku": wanted.bastion.sku},
        "rules": [_rule(rule) for rule in wanted.rules],
    }
    if context.has("dnsResolver"):
        args["resolver_outbound"] = True
    return args


def _beyond(context: Context, region: str) -> dict[str, str]:
    """Everything of the force's in the other region that has a hub, behind the firewall that stands there."""
    if not context.has("secondHub"):
        return {}
    ranges = context.force.allocation.ranges()
    return {
        str(ranges[other]): str(naming.hub_plan(str(space)).firewall_address)
        for other, space in context.azure.hubs.items()
        if other != region
    }


def _base_policy(context: Context, region: Region, logs: "LogAnalytics") -> "pulumi.Input[str] | None":
    """The policy whose rules come before the hub's: somebody else's, or the force's own base in that region."""
    wanted = context.azure.hub.firewall
    if not wanted.enabled:
        return None
    if given := wanted.base_policy_ids.get(region):
        return given
    if not context.has("firewallBase"):
        return None
    from bluelamp.modules.azure.firewall_policy import FirewallPolicy

    args = policy_args(context, region, "base", logs)
    return FirewallPolicy(context.regional("firewall-base", region), args, context.at("network")).policy_id


def policy_args(context: Context, region: Region, workload: str, logs: "LogAnalytics") -> "FirewallPolicyArgs":
    """What any firewall policy of the force's own in a region is asked to be."""
    wanted = context.azure.hub.firewall
    return {
        "label": context.label,
        "location": region,
        "resource_group_name": context.group("network", region).name,
        "workload": workload,
        "estate": context.estate,
        "workspace_id": logs.workspace_id,
        "tier": wanted.tier,
        "threat_intel_mode": wanted.threat_intel_mode,
    }


def certificate_authority(context: Context) -> "CertificateAuthority | None":
    """What the hubs' firewalls look inside TLS with, where the settings have that."""
    wanted = context.azure.hub.firewall.tls_inspection
    if wanted is None:
        return None
    return {"key_vault_secret_id": wanted.key_vault_secret_id, "identity_id": wanted.identity_id}


def _rule(rule: SecurityRule) -> HubRule:
    return HubRule(
        name=rule.name,
        priority=rule.priority,
        direction=rule.direction,
        access=rule.access,
        protocol=rule.protocol,
        source=rule.source,
        destination=rule.destination,
        ports=list(rule.ports),
        description=rule.description,
    )
