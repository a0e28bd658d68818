"""The Azure half of a force's estate, from its settings."""

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
    data_ways,
    governance,
    identity,
    job_identities,
    link,
    network,
    operations,
    tls,
    vending,
    workloads,
)
from bluelamp.infra.program.azure.areas import PLATFORM
from bluelamp.infra.program.azure.context import Context, context
from bluelamp.infra.program.roadmap import zone_labels
from bluelamp.infra.program.workload_access import LakeAccess, Signed
from bluelamp.infra.settings.azure import Azure
from bluelamp.infra.settings.model import Force
from bluelamp.modules.azure.budget import Budget
from bluelamp.modules.azure.key_vault import KeyVault
from bluelamp.modules.azure.log_analytics import LogAnalytics
from bluelamp.modules.naming import Label


@dataclass(frozen=True)
class LandingZone:
    """What of Azure others need: the stack's `exports`, each cluster's share by its name, and what jobs are told of the
    lake by the names of their tenant and themselves."""

    exports: dict[str, pulumi.Output[Any]]
    clusters: dict[str, Signed]
    jobs: dict[tuple[str, str], LakeAccess]


def azure_landing_zone(
    force: Force,
    azure: Azure,
    label: Label,
    assets: Sequence[Contract],
    policy: AccessPolicy | None = None,
    roadmap: Roadmap | None = None,
) -> LandingZone:
    """Everything of the force's profile that is in Azure.

    `assets` say how long the data lake keeps data, `policy` who may see it, `roadmap` what landing
    zones serve and until when.
    """
    here = context(force, azure, label, zone_labels(label, roadmap))
    groups = governance.hierarchy(here)
    for workload in ("network", "management", "security"):
        here.group(workload)
    logs = operations.workspace(here)
    joined = network.network(here, logs)
    vault = _vault(here, joined, logs)
    network.names(here, joined, vault, logs)
    link.gateways(here, joined, logs)
    network.join(here, joined)
    link.sites(here, joined, vault, logs)
    keys = operations.keys(here, vault)
    network.watch(here, joined, logs, vault, keys)
    archive = operations.archive(here, joined, logs, vault, keys)
    collected = operations.collection(here, logs)
    measured = workloads.metrics(here)
    ways = arc.private_ways(here, joined, logs, collected, measured)
    arc.connected(here, logs, collected, ways)
    clusters = workloads.workloads(here, joined, logs, vault, keys, measured)
    told = operations.watch(here, joined, logs, vault, archive)
    emergency = identity.identity(here, logs, told)
    governance.policies(here, groups, logs, joined)
    zones = vending.landing_zones(here, joined, groups, logs)
    kept = data.data(here, joined, zones, vault, logs, assets)
    tls.inspect_tls(here, joined)
    data_ways.lake_ways(here, joined, kept)
    access.access(here, policy, kept, zones, logs, archive, emergency)
    jobs = job_identities.job_identities(here, kept, clusters)
    _budget(here)
    exports: dict[str, pulumi.Output[Any]] = {
        "managementGroupIds": groups.ids,
        "hubVirtualNetworkId": joined.hub.virtual_network_id,
        "hubSubnetIds": joined.hub.subnet_ids,
        "firewallAddress": joined.hub.firewall_address,
        "workspaceId": logs.workspace_id,
        "keyVaultUri": vault.uri,
    }
    if ways is not None:
        exports["arcPrivateLinkScopeId"] = ways.arc_scope_id
    if kept is not None:
        exports["dataLakeEndpoint"] = kept.lake.endpoint
    return LandingZone(exports, clusters, jobs)


def _vault(here: Context, joined: network.Network, logs: LogAnalytics) -> KeyVault:
    """The platform's vault."""
    settings = here.azure.key_vault
    return KeyVault(
        "vault",
        {
            "label": here.label,
            "location": here.location,
            "resource_group_name": here.group("security").name,
            "workload": "platform",
            "tenant_id": here.tenant_id,
            "subnet_id": joined.hub.private_endpoints_subnet_id,
            "workspace_id": logs.workspace_id,
            "virtual_network_ids": network.linked(here, joined),
            "sku": settings.sku,
            "soft_delete_retention_days": settings.soft_delete_retention_days,
        },
        here.at("security"),
    )


def _budget(here: Context) -> None:
    """A budget of each of the platform's subscriptions: not every agreement has budgets of management groups."""
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
