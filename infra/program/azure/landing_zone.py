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
from bluelamp.infra.program.azure.context import Context, context
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
    """By the names of the tenant and of the job."""


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
    here = context(force, azure, label, zone_labels(label, roadmap))
    groups = governance.hierarchy(here)
    logs = operations.workspace(here)
    hubs = create_topology(here, logs)
    vault = _vault(here, hubs, logs)
    names = dns.names(here, hubs, vault, logs)
    gateways = hubs.gateways(here, logs)
    hubs.join(here, gateways)
    circuits = site_connections.site_connections(here, gateways, names, vault, logs)
    key = operations.storage_key(operations.keys(here, vault), vault)
    watchers = network_watchers.network_watchers(here, hubs, names, logs, key)
    network = Network(hubs, names, gateways, circuits, watchers)
    archive = operations.archive(here, hubs, names, logs, key)
    collected = operations.collection(here, logs)
    metrics = workloads.metrics_workspace(here)
    scopes = arc.private_link_scopes(here, hubs, names, logs, collected, metrics)
    arc.arc_resources(here, logs, collected, scopes)
    clusters = workloads.workloads(here, hubs, names, logs, key, metrics)
    action_group_id = operations.monitoring(here, network, logs, vault, archive)
    emergency = identity.identity(here, logs, action_group_id)
    governance.policies(here, groups, logs, network)
    zones = vending.landing_zones(here, network, groups, logs)
    lake = data.data(here, names, zones, vault, logs, assets)
    policies = tls_inspection.inspect_tls(here, hubs.firewall_policies)
    lake_firewall_rules.lake_firewall_rules(here, policies, lake)
    access.access(here, policy, lake, zones, logs, archive, emergency)
    jobs = job_identities.job_identities(here, lake, clusters)
    _budget(here)
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


def _vault(here: Context, hubs: Topology, logs: LogAnalytics) -> KeyVault:
    """Creates the platform's key vault."""
    settings = here.azure.key_vault
    return KeyVault(
        "vault",
        {
            "label": here.label,
            "location": here.location,
            "resource_group_name": here.group("security").name,
            "workload": "platform",
            "tenant_id": here.tenant_id,
            "subnet_id": hubs.primary.private_endpoints_subnet_id,
            "workspace_id": logs.workspace_id,
            "virtual_network_ids": linked(here, hubs),
            "sku": settings.sku,
            "soft_delete_retention_days": settings.soft_delete_retention_days,
        },
        here.at("security"),
    )


def _budget(here: Context) -> None:
    """Creates a budget for each of the platform's subscriptions, as some agreements lack management group budgets."""
    settings, divided = here.azure.budget, here.azure.platform_subscriptions
    amounts = divided.budgets if divided else {}
    for short, subscription in here.platform.items():
        own = [amount for area, amount in amounts.items() if here.subscriptions.serves[area] == short]
        Budget(
            "budget" if short == PLATFORM else f"budget-{short}",
            {
                "label": here.label,
                "workload": short,
                "scope": pulumi.Output.concat("/subscriptions/", subscription),
                "amount": sum(own) if own else settings.amount,
                "contacts": list(settings.contacts),
                "thresholds": list(settings.thresholds),
            },
            here.within(short),
        )
