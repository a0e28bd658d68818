"""The Azure half of a force's estate, from its settings."""

import pulumi

from infra.azure import Azure, SecurityRule
from infra.force import Force
from modules.azure.budget import Budget
from modules.azure.hub import Hub, HubRule
from modules.azure.key_vault import KeyVault
from modules.azure.log_analytics import LogAnalytics, LogAnalyticsArgs
from modules.azure.management_groups import ManagementGroups, ManagementGroupsArgs
from modules.azure.resource_group import ResourceGroup
from modules.naming import Label


def azure_landing_zone(force: Force, azure: Azure, label: Label) -> dict[str, pulumi.Output[object]]:
    """Management groups, logs, hub, vault and budget; gives what the stack exports."""
    opts = _provider(azure)
    tenant_id, subscription_id = _identity(azure, opts)
    location = azure.primary_region

    groups = ManagementGroups("management-groups", _management_groups(force, azure, label), opts)
    network, management, security = (
        ResourceGroup(workload, {"label": label, "location": location, "workload": workload}, opts)
        for workload in ("network", "management", "security")
    )
    logs = LogAnalytics("logs", _logs(azure, label, management), opts)
    hub = Hub(
        "hub",
        {
            "label": label,
            "location": location,
            "resource_group_name": network.name,
            "address_space": str(azure.hub.address_space),
            "estate": [str(block) for block in force.allocation.ranges().values()],
            "workspace_id": logs.workspace_id,
            "firewall": {
                "enabled": bool(azure.hub.firewall.enabled),
                "tier": azure.hub.firewall.tier,
                "threat_intel_mode": azure.hub.firewall.threat_intel_mode,
            },
            "bastion": {"enabled": bool(azure.hub.bastion.enabled), "sku": azure.hub.bastion.sku},
            "rules": [_rule(rule) for rule in azure.hub.rules],
        },
        opts,
    )
    vault = KeyVault(
        "vault",
        {
            "label": label,
            "location": location,
            "workload": "platform",
            "resource_group_name": security.name,
            "tenant_id": tenant_id,
            "subnet_id": hub.private_endpoints_subnet_id,
            "workspace_id": logs.workspace_id,
            "virtual_network_ids": {"hub": hub.virtual_network_id},
            "sku": azure.key_vault.sku,
            "soft_delete_retention_days": azure.key_vault.soft_delete_retention_days,
        },
        opts,
    )
    Budget(
        "budget",
        {
            "label": label,
            "workload": "platform",
            "scope": pulumi.Output.concat("/subscriptions/", subscription_id),
            "amount": azure.budget.amount,
            "contacts": list(azure.budget.contacts),
            "thresholds": list(azure.budget.thresholds),
        },
        opts,
    )
    return {
        "managementGroupIds": groups.ids,
        "hubVirtualNetworkId": hub.virtual_network_id,
        "hubSubnetIds": hub.subnet_ids,
        "firewallAddress": hub.firewall_address,
        "workspaceId": logs.workspace_id,
        "keyVaultUri": vault.uri,
    }


def _provider(azure: Azure) -> pulumi.ResourceOptions | None:
    """The provider of the settings' own subscription or tenant; None leaves it to the one that is logged in."""
    if not (azure.subscription_id or azure.tenant_id):
        return None
    from pulumi_azure_native import Provider

    provider = Provider(
        "azure",
        subscription_id=azure.subscription_id,
        tenant_id=azure.tenant_id,
        location=azure.primary_region,
        disable_pulumi_partner_id=True,
    )
    return pulumi.ResourceOptions(providers=[provider])


def _identity(azure: Azure, opts: pulumi.ResourceOptions | None) -> tuple[pulumi.Input[str], pulumi.Input[str]]:
    """The tenant and the subscription: the settings', or else those of whoever is logged in."""
    if azure.tenant_id and azure.subscription_id:
        return azure.tenant_id, azure.subscription_id
    from pulumi_azure_native import authorization

    providers = opts.providers if opts else None
    provider = providers[0] if isinstance(providers, list) else None
    found = authorization.get_client_config_output(opts=pulumi.InvokeOptions(provider=provider))
    return azure.tenant_id or found.tenant_id, azure.subscription_id or found.subscription_id


def _management_groups(force: Force, azure: Azure, label: Label) -> ManagementGroupsArgs:
    wanted = azure.management_groups
    args = ManagementGroupsArgs(
        label=label, display_name=force.name, sandbox=wanted.sandbox, quarantine=wanted.quarantine
    )
    if wanted.parent:
        args["parent"] = wanted.parent
    return args


def _logs(azure: Azure, label: Label, group: ResourceGroup) -> LogAnalyticsArgs:
    args = LogAnalyticsArgs(
        label=label,
        location=azure.primary_region,
        workload="management",
        resource_group_name=group.name,
        retention_days=azure.log_analytics.retention_days,
    )
    if azure.log_analytics.daily_quota_gb:
        args["daily_quota_gb"] = azure.log_analytics.daily_quota_gb
    return args


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
