"""The landing zones of a force's services."""

from typing import TYPE_CHECKING

import pulumi

from bluelamp.infra.program.azure.access import interface_subnets
from bluelamp.infra.program.azure.context import Context
from bluelamp.infra.program.azure.data_subnets import data_subnets
from bluelamp.infra.program.azure.design import ISOLATED
from bluelamp.infra.program.azure.network import Network
from bluelamp.infra.settings.vending import Access
from bluelamp.infra.settings.vending import LandingZone as LandingZoneSettings

if TYPE_CHECKING:
    from bluelamp.modules.azure.landing_zone import LandingZone, LandingZoneArgs
    from bluelamp.modules.azure.log_analytics import LogAnalytics
    from bluelamp.modules.azure.management_groups import ManagementGroups
    from bluelamp.modules.azure.resource_guard import ResourceGuard


def landing_zones(
    context: Context, network: Network, groups: "ManagementGroups", logs: "LogAnalytics"
) -> "dict[str, LandingZone]":
    """Creates each landing zone in the settings, as `landing-zone-<name>`; returns them by name."""
    if not context.azure.landing_zones:
        return {}
    from bluelamp.modules.azure.landing_zone import LandingZone

    guards = _guards(context)
    zones: dict[str, LandingZone] = {}
    for zone in context.azure.landing_zones:
        args = _arguments(context, network, groups, logs, zone)
        if zone.archetype != ISOLATED:
            args["backup"] = {"immutability": zone.backup.immutability}
            if args["location"] in guards:
                args["backup"]["resource_guard_id"] = guards[args["location"]].resource_guard_id
        if subnets := data_subnets(context, zone) or interface_subnets(context, zone):
            args["subnets"] = subnets
        zones[zone.name] = LandingZone(f"landing-zone-{zone.name}", args, _options(context, zone))
    return zones


def _options(context: Context, zone: LandingZoneSettings) -> pulumi.ResourceOptions | None:
    """The options for a landing zone in the first subscription; its resources at the hub are in the hub's."""
    at_hub = context.network_provider
    if at_hub is None or zone.subscription_id or zone.billing_scope:  # in its own subscription, the module does this
        return context.opts
    from bluelamp.modules.azure.landing_zone.providers import in_platform_subscription

    return pulumi.ResourceOptions.merge(
        context.opts, pulumi.ResourceOptions(transformations=[in_platform_subscription(at_hub)])
    )


def _guards(context: Context) -> "dict[str, ResourceGuard]":
    """Creates the vaults' resource guards by region, in a resource group without roles for landing zones' users."""
    if not context.guarded_regions:
        return {}
    from bluelamp.modules.azure.resource_guard import ResourceGuard

    return {
        region: ResourceGuard(
            context.regional("resource-guard", region),
            {
                "label": context.label,
                "location": region,
                "resource_group_name": context.group("security", region).name,
            },
            context.at("security"),
        )
        for region in context.guarded_regions
    }


def _access_key(zone: LandingZoneSettings, access: Access) -> str:
    """A short name of a role assignment, with as much of the group's id as is unique."""
    role = access.role.lower().replace(" ", "-")
    begin = access.principal_id[:8]
    alike = {
        other.principal_id for other in zone.access if other.role == access.role and other.principal_id[:8] == begin
    }
    return f"{role}-{begin if len(alike) == 1 else access.principal_id}"


def _arguments(
    context: Context,
    network: Network,
    groups: "ManagementGroups",
    logs: "LogAnalytics",
    zone: LandingZoneSettings,
) -> "LandingZoneArgs":
    from bluelamp.modules.azure.landing_zone import LandingZoneArgs

    region = context.region_of(zone)
    args = LandingZoneArgs(
        label=context.zone_labels.get(zone.name, context.label),
        location=region,
        workload=zone.name,
        archetype=zone.archetype,
        tenant_id=context.tenant_id,
        workspace_id=logs.workspace_id,
        address_space=str(zone.address_space),
        budget={
            "amount": zone.budget.amount,
            "contacts": list(zone.budget.contacts),
            "thresholds": list(zone.budget.thresholds),
        },
        access={
            _access_key(zone, access): {
                "principal_id": access.principal_id,
                "role": access.role,
            }
            for access in zone.access
        },
    )
    if zone.subscription_id:
        args["subscription_id"] = zone.subscription_id
    if zone.billing_scope:
        args["billing_scope"] = zone.billing_scope
    if zone.subscription_id or zone.billing_scope:
        args["platform_subscription_id"] = context.subscription("network")
        args["management_group_name"] = groups.groups[zone.archetype]
    if zone.expires:
        args["expires_on"] = zone.expires.isoformat()
    if zone.archetype != ISOLATED:
        connection = network.topology.spoke(context, region, network.gateways)
        if "hub" in connection:
            args["hub"] = connection["hub"]
        if "virtual_hub" in connection:
            args["virtual_hub"] = connection["virtual_hub"]
        args["private_zone_ids"] = network.names.shared
    if network.topology.ddos_plan_id is not None:
        args["ddos_plan_id"] = network.topology.ddos_plan_id
    watcher = network.watchers.get(region)
    if watcher is not None:
        args["flow_logs"] = {
            "watcher_name": watcher.watcher_name,
            "watcher_resource_group_name": context.group("network-watcher", region).name,
            "storage_id": watcher.storage_id,
            "identity_id": watcher.identity_id,
        }
    return args
