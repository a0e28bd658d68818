"""Creates the Azure half of a force's estate from its settings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from bluelamp.core.access import AccessPolicy
from bluelamp.core.contracts import Contract
from bluelamp.core.roadmap import Roadmap
from bluelamp.infra.program.azure import (
    access,
    arc,
    data,
    dns,
    governance,
    identity,
    job_identities,
    lake_firewall_rules,
    network_watchers,
    operations,
    site_connections,
    tls_inspection,
    vending,
    workloads,
)
from bluelamp.infra.program.azure.connectivity import create_topology
from bluelamp.infra.program.azure.context import Context
from bluelamp.infra.program.azure.context import context as create_context
from bluelamp.infra.program.azure.network import Network
from bluelamp.infra.program.azure.subscriptions import PLATFORM
from bluelamp.infra.program.azure.topology import Topology, linked
from bluelamp.infra.program.roadmap import zone_labels
from bluelamp.infra.program.workload_access import ClusterAccess, LakeAccess
from bluelamp.infra.settings.azure import Azure
from bluelamp.infra.settings.model import Force
from bluelamp.modules.azure.budget import Budget
from bluelamp.modules.azure.key_vault import KeyVault
from bluelamp.modules.azure.log_analytics import LogAnalytics
from bluelamp.modules.naming import Label


@dataclass(frozen=True)
class LandingZone:
    """The results of the landing zone in Azure."""

    exports: dict[str, pulumi.Output[Any]]
    """The stack's outputs."""
    clusters: dict[str, ClusterAccess]
    """By the cluster's name."""
    jobs: dict[tuple[str, str], LakeAccess]
    """By tenant and job."""


def azure_landing_zone(
    force: Force,
    azure: Azure,
    label: Label,
    assets: Sequence[Contract],
    policy: AccessPolicy | None = None,
    roadmap: Roadmap | None = None,
) -> LandingZone:
    """Creates the Azure resources of the force's profile.

    `assets` determine the retention of the data lake, `policy` the access to it, and `roadmap` the milestones and
    tactical spend of landing zones.
    """
    context = create_context(force, azure, label, zone_labels(label, roadmap))
    groups = governance.hierarchy(context)
    logs = operations.workspace(context)
    hubs = create_topology(context, logs)
    vault = _vault(context, hubs, logs)
    names = dns.names(context, hubs, vault, logs)
    gateways = hubs.gateways(context, logs)
    hubs.join(context, gateways)
    circuits = site_connections.site_connections(context, gateways, names, vault, logs)
    key = operations.storage_key(operations.keys(context, vault), vault)
    watchers = network_watchers.network_watchers(context, hubs, names, logs, key)
    network = Network(hubs, names, gateways, circuits, watchers)
    archive = operations.archive(context, hubs, names, logs, key)
    collected = operations.collection(context, logs)
    metrics = workloads.metrics_workspace(context)
    scopes = arc.private_link_scopes(context, hubs, names, logs, collected, metrics)
    arc.arc_resources(context, logs, collected, scopes)
    clusters = workloads.workloads(context, hubs, names, logs, key, metrics)
    action_group_id = operations.monitoring(context, network, logs, vault, archive)
    emergency = identity.identity(context, logs, action_group_id)
    governance.policies(context, groups, logs, network)
    zones = vending.landing_zones(context, network, groups, logs)
    lake = data.data(context, names, zones, vault, logs, assets)
    policies = tls_inspection.inspect_tls(context, hubs.firewall_policies)
    lake_firewall_rules.lake_firewall_rules(context, policies, lake)
    access.access(context, policy, lake, zones, logs, archive, emergency)
    jobs = job_identities.job_identities(context, lake, clusters)
    _budget(context)
    exports: dict[str, pulumi.Output[Any]] = {
        "managementGroupIds": groups.ids,
        "hubVirtualNetworkId": hubs.primary.virtual_network_id,
        "hubSubnetIds": hubs.primary.subnet_ids,
        "firewallAddress": hubs.primary.firewall_address,
        "workspaceId": logs.workspace_id,
        "keyVaultUri": vault.uri,
    }
    if scopes is not None:
        exports["arcPrivateLinkScopeId"] = scopes.arc_scope_id
    if lake is not None:
        exports["dataLakeEndpoint"] = lake.endpoint
    return LandingZone(exports, clusters, jobs)


def _vault(context: Context, hubs: Topology, logs: LogAnalytics) -> KeyVault:
    """Creates the platform's key vault."""
    settings = context.azure.key_vault
    return KeyVault(
        "vault",
        {
            "label": context.label,
            "location": context.location,
            "resource_group_name": context.group("security").name,
            "workload": "platform",
            "tenant_id": context.tenant_id,
            "subnet_id": hubs.primary.private_endpoints_subnet_id,
            "workspace_id": logs.workspace_id,
            "virtual_network_ids": linked(context, hubs),
            "sku": settings.sku,
            "soft_delete_retention_days": settings.soft_delete_retention_days,
        },
        context.at("security"),
    )


def _budget(context: Context) -> None:
    """Creates a budget for each of the platform's subscriptions, as some agreements lack management group budgets."""
    settings, divided = context.azure.budget, context.azure.platform_subscriptions
    amounts = divided.budgets if divided else {}
    for short, subscription in context.platform.items():
        own = [amount for area, amount in amounts.items() if context.subscriptions.serves[area] == short]
        Budget(
            "budget" if short == PLATFORM else f"budget-{short}",
            {
                "label": context.label,
                "workload": short,
                "scope": pulumi.Output.concat("/subscriptions/", subscription),
                "amount": sum(own) if own else settings.amount,
                "contacts": list(settings.contacts),
                "thresholds": list(settings.thresholds),
            },
            context.within(short),
        )
