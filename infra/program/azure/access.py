"""Access to data: the compiled access policy, the interfaces for other organisations, and the access log."""

from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Final

import pulumi

from bluelamp.core.access import AccessPolicy
from bluelamp.core.asset_type import ACCESS_RULE
from bluelamp.core.dates import today
from bluelamp.infra.program.azure.context import Context
from bluelamp.infra.settings.vending import LandingZone as LandingZoneSettings

if TYPE_CHECKING:
    from bluelamp.modules.azure.landing_zone import LandingZone
    from bluelamp.modules.azure.log_analytics import LogAnalytics
    from bluelamp.modules.azure.log_archive import LogArchive
    from bluelamp.modules.azure.spoke import SpokeSubnet
    from bluelamp.modules.data.interfaces import DataInterfaces
    from bluelamp.modules.data.lake import DataLake

INTERFACES: Final = "interfaces"
"""The subnet of API Management, in an online landing zone."""


def interface_subnets(context: Context, zone: LandingZoneSettings) -> "dict[str, SpokeSubnet]":
    """The subnets if `zone` is the landing zone of the interfaces, in half of the quarter reserved for growth."""
    if _zone_name(context) != zone.name:
        return {}
    from bluelamp.modules.azure.spoke.subnets import SpokeSubnet, default_subnets
    from bluelamp.modules.data.interfaces.interfaces import DELEGATION

    own = SpokeSubnet(address_prefix=_interface_prefix(zone), delegation=DELEGATION)
    return {**default_subnets(str(zone.address_space)), INTERFACES: own}


def interface_range(context: Context) -> tuple[str, str] | None:
    """The region and the range of the interfaces' subnet; None without interfaces."""
    name = _zone_name(context)
    for zone in context.azure.landing_zones:
        if zone.name == name:
            return context.region_of(zone), _interface_prefix(zone)
    return None


def _interface_prefix(zone: LandingZoneSettings) -> str:
    third = list(IPv4Network(str(zone.address_space)).subnets(prefixlen_diff=2))[2]
    return str(next(third.subnets(prefixlen_diff=1)))


def access(
    context: Context,
    policy: AccessPolicy | None,
    lake: "DataLake | None",
    zones: "dict[str, LandingZone]",
    logs: "LogAnalytics",
    archive: "LogArchive | None",
    emergency: pulumi.Output[str] | None,
) -> None:
    """Creates the access that the policy allows today, and the access log; `emergency` is the group of the emergency
    accounts."""
    gateway = _interfaces(context, zones, logs) if lake is not None else None
    if archive is not None and lake is not None:
        _log(context, lake, gateway, archive)
    if policy is None:
        return
    _register(policy)
    from bluelamp.modules.data.access import DataAccess, DataAccessArgs

    args: DataAccessArgs = {
        "label": context.label,
        "policy": policy.model_dump(mode="json", by_alias=True),
        "day": today().isoformat(),
        "tenant_id": context.tenant_id,
    }
    if emergency is not None:
        args["excluded_group_ids"] = [emergency]
    if lake is not None:
        args["lake"] = {"name": lake.name, "file_system_ids": lake.file_system_ids}
    if gateway is not None:
        args["gateway"] = {
            "name": gateway.name,
            "resource_group_name": gateway.resource_group_name,
            "principal_id": gateway.principal_id,
        }
    DataAccess("data-access", args, context.opts)


def _register(policy: AccessPolicy) -> None:
    """Registers a component for each rule, so that plans, previews and states show when access ends."""
    for rule in policy.rules:
        ends = policy.ends(rule)
        inputs = {
            "id": rule.id,
            "effect": rule.effect,
            "agreement": rule.agreement,
            "ends": ends.isoformat() if ends else None,
            "open": policy.is_open(rule, today()),
        }
        inputs_of_rule = {key: value for key, value in inputs.items() if value is not None}
        pulumi.ComponentResource(ACCESS_RULE, f"access-{rule.id}", inputs_of_rule).register_outputs({})


def _interfaces(context: Context, zones: "dict[str, LandingZone]", logs: "LogAnalytics") -> "DataInterfaces | None":
    name = _zone_name(context)
    if name is None:
        return None
    from bluelamp.modules.data.interfaces import DataInterfaces

    zone = zones[name]
    own = zone.provider
    return DataInterfaces(
        "data-interfaces",
        {
            "label": context.label,
            "location": context.location,
            "workload": "data",
            "resource_group_name": zone.resource_group_names.apply(lambda names: names["workload"]),
            "subnet_id": zone.subnet_ids.apply(lambda ids: ids[INTERFACES]),
            "workspace_id": logs.workspace_id,
            "contact": context.force.owner.email,
        },
        pulumi.ResourceOptions(providers=[own]) if own else context.opts,
    )


def _log(context: Context, lake: "DataLake", gateway: "DataInterfaces | None", archive: "LogArchive") -> None:
    from bluelamp.modules.data.access_log import AccessLog

    services: dict[str, pulumi.Input[str]] = {"lake": pulumi.Output.concat(lake.id, "/blobServices/default")}
    if gateway is not None:
        services["interfaces"] = gateway.id
    AccessLog(
        "access-log",
        {
            "archive_id": archive.id,
            "services": services,
            "directory": f"access-to-{context.label['code']}-{context.label['environment']}-archive",
        },
        context.opts,
    )


def _zone_name(context: Context) -> str | None:
    data = context.azure.data
    return data.interfaces if data is not None and context.has("dataLake") else None
