"""The force's own premises in Azure: private link scopes, and clusters, servers and databases with Azure Arc."""

from typing import TYPE_CHECKING

import pulumi

from bluelamp.infra.program.azure.context import Context
from bluelamp.infra.program.azure.dns import Names
from bluelamp.infra.program.azure.topology import Topology, linked
from bluelamp.infra.program.outputs import one_of
from bluelamp.infra.settings.cluster import Cluster
from bluelamp.infra.settings.servers import Machine, Servers

if TYPE_CHECKING:
    from bluelamp.modules.azure.data_collection import DataCollection
    from bluelamp.modules.azure.log_analytics import LogAnalytics
    from bluelamp.modules.azure.metrics_workspace import MetricsWorkspace
    from bluelamp.modules.hybrid.arc_servers import ArcMachine, ArcServers
    from bluelamp.modules.hybrid.arc_sql import ArcSqlMachine
    from bluelamp.modules.hybrid.private_link_scopes import PrivateLinkScopes

_AUDIT_LOGS = {"rke2": "/var/lib/rancher/rke2/server/logs/audit.log"}
_RULES = {"windows": "windows-events", "linux": "syslog"}
"""The data collection rule of a server, by its operating system."""


def private_link_scopes(
    context: Context,
    topology: Topology,
    names: Names,
    logs: "LogAnalytics",
    collected: "DataCollection | None",
    metrics: "MetricsWorkspace | None",
) -> "PrivateLinkScopes | None":
    """Creates the private link scopes of Azure Monitor and Azure Arc."""
    if collected is None or not context.has("privateLinkScopes"):
        return None
    from bluelamp.modules.hybrid.private_link_scopes import PrivateLinkScopes

    endpoints: dict[str, pulumi.Input[str]] = {"machines": collected.endpoint_id}
    if metrics is not None:
        endpoints["metrics"] = metrics.endpoint_id
    return PrivateLinkScopes(
        "private-link",
        {
            "label": context.label,
            "location": context.location,
            "workload": "platform",
            "resource_group_name": context.group("management").name,
            "workspace_id": logs.workspace_id,
            "subnet_id": topology.primary.private_endpoints_subnet_id,
            "data_collection_endpoint_ids": endpoints,
            "virtual_network_ids": linked(context, topology),
            "private_zone_ids": names.shared,
        },
        context.at("management"),
    )


def arc_resources(
    context: Context, logs: "LogAnalytics", collected: "DataCollection | None", scopes: "PrivateLinkScopes | None"
) -> None:
    """Creates each cluster with an agent certificate, and the servers and databases in the settings."""
    estate = context.force.on_premises
    if estate is None or not context.has("arc"):
        return
    for cluster in estate.clusters:
        if cluster.agent_certificate:
            _cluster(context, cluster, cluster.agent_certificate, logs, scopes)
    if estate.servers is None:
        return
    servers = _servers(context, estate.servers, collected, scopes)
    databases = {machine.name: _databases(machine) for machine in estate.servers.machines if machine.sql}
    if databases:
        from bluelamp.modules.hybrid.arc_sql import ArcSql

        ArcSql(
            "arc-sql",
            {
                "label": context.label,
                "location": context.location,
                "resource_group_name": servers.resource_group_name,
                "machines": databases,
            },
            context.at("servers"),
        )


def _cluster(
    context: Context, cluster: Cluster, certificate: str, logs: "LogAnalytics", scopes: "PrivateLinkScopes | None"
) -> None:
    from bluelamp.modules.hybrid.arc_cluster import ArcCluster, ArcClusterArgs

    args = ArcClusterArgs(
        label=context.label,
        location=context.location,
        workload=cluster.name,
        resource_group_name=context.group("arc").name,
        workspace_id=logs.workspace_id,
        agent_certificate=certificate,
        infrastructure="vsphere" if cluster.infrastructure == "vsphere" else "generic",
    )
    if cluster.infrastructure:
        args["distribution"] = "rke2" if cluster.distribution == "rke2" else "generic"
        if cluster.distribution in _AUDIT_LOGS:
            args["audit_log"] = _AUDIT_LOGS[cluster.distribution]
    if scopes is not None:
        args["private_link_scope_id"] = scopes.arc_scope_id
    ArcCluster(f"arc-{cluster.name}", args, context.at("arc"))


def _servers(
    context: Context, wanted: Servers, collected: "DataCollection | None", scopes: "PrivateLinkScopes | None"
) -> "ArcServers":
    from bluelamp.modules.hybrid.arc_servers import ArcServers, ArcServersArgs

    group = context.group("servers")
    args = ArcServersArgs(
        label=context.label,
        location=context.location,
        workload="servers",
        resource_group_name=group.name,
        resource_group_id=group.id,
        machines={machine.name: _machine(machine) for machine in wanted.machines},
    )
    if collected is not None:
        args["data_collection_rule_ids"] = {system: one_of(collected.rule_ids, key) for system, key in _RULES.items()}
    if wanted.onboarding_principal_id:
        args["onboarding_principal_id"] = wanted.onboarding_principal_id
    if scopes is not None:
        args["private_link_scope_id"] = scopes.arc_scope_id
    return ArcServers("arc-servers", args, context.at("servers"))


def _machine(machine: Machine) -> "ArcMachine":
    from bluelamp.modules.hybrid.arc_servers import ArcMachine

    arguments = ArcMachine(os_type=machine.os)
    if machine.kind:
        arguments["kind"] = machine.kind
    return arguments


def _databases(machine: Machine) -> "ArcSqlMachine":
    from bluelamp.modules.hybrid.arc_sql import ArcSqlInstance, ArcSqlMachine

    instances: dict[str, ArcSqlInstance] = {}
    for each in machine.sql:
        instances[each.name] = ArcSqlInstance(version=each.version, edition=each.edition)
        if each.cores:
            instances[each.name]["cores"] = each.cores
        if each.backup_days:
            instances[each.name]["backup_days"] = each.backup_days
    return ArcSqlMachine(os_type=machine.os, license_type=machine.license_type, instances=instances)
