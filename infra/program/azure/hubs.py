"""The arguments of hubs and firewall policies that both topologies share."""

from typing import TYPE_CHECKING

from bluelamp.infra.program.azure.context import Context
from bluelamp.infra.settings.azure import SecurityRule
from bluelamp.infra.settings.fields import Region
from bluelamp.modules.azure.hub import HubArgs, HubRule

if TYPE_CHECKING:
    import pulumi

    from bluelamp.modules.azure.firewall_policy import CertificateAuthority, FirewallPolicyArgs
    from bluelamp.modules.azure.log_analytics import LogAnalytics


def hub_args(
    context: Context, region: Region, ddos_plan_id: "pulumi.Output[str] | None", logs: "LogAnalytics"
) -> HubArgs:
    """The arguments of the network of a region's hub, in any topology."""
    wanted = context.azure.hub
    args: HubArgs = {
        "label": context.label,
        "location": region,
        "resource_group_name": context.group("network", region).name,
        "address_space": context.hub_spaces[region],
        "estate": context.estate,
        "workspace_id": logs.workspace_id,
        "bastion": {"enabled": bool(wanted.bastion.enabled), "sku": wanted.bastion.sku},
        "rules": [_rule(rule) for rule in wanted.rules],
    }
    if context.has("dnsResolver"):
        args["resolver_outbound"] = True
    if ddos_plan_id is not None:
        args["ddos_plan_id"] = ddos_plan_id
    return args


def base_policy(context: Context, region: Region, logs: "LogAnalytics") -> "pulumi.Input[str] | None":
    """The id of the parent firewall policy: the one in the settings, or the force's own in that region.

    Creates the latter. None without a firewall or a parent policy.
    """
    wanted = context.azure.hub.firewall
    if not wanted.enabled:
        return None
    if policy_id := wanted.base_policy_ids.get(region):
        return policy_id
    if not context.has("firewallBase"):
        return None
    from bluelamp.modules.azure.firewall_policy import FirewallPolicy

    args = policy_args(context, region, "base", logs)
    return FirewallPolicy(context.regional("firewall-base", region), args, context.at("network")).policy_id


def policy_args(context: Context, region: Region, workload: str, logs: "LogAnalytics") -> "FirewallPolicyArgs":
    """The arguments that all firewall policies of the force in a region share."""
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
    """The certificate authority of the firewalls' TLS inspection; None if the settings have none."""
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
