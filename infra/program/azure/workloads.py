"""Azure resources for clusters' workloads: a token issuer, and for each cluster a vault, backups and metrics."""

import json
from typing import TYPE_CHECKING

import pulumi

from bluelamp.infra.program.azure.context import Context
from bluelamp.infra.program.azure.dns import Names
from bluelamp.infra.program.azure.topology import Topology
from bluelamp.infra.program.outputs import one_of
from bluelamp.infra.program.workload_access import IMMUTABLE_DAYS, ISSUER, ClusterAccess
from bluelamp.infra.settings.cluster import Cluster
from bluelamp.modules.azure.built_in_roles import role_definition_id
from bluelamp.modules.azure.private_link import BLOB_ZONE

if TYPE_CHECKING:
    from bluelamp.modules.azure.backup_store import BackupStore
    from bluelamp.modules.azure.key_vault import KeyVault
    from bluelamp.modules.azure.log_analytics import LogAnalytics
    from bluelamp.modules.azure.metrics_workspace import MetricsWorkspace
    from bluelamp.modules.azure.storage_encryption import EncryptionKey

_SECRETS_USER = role_definition_id("Key Vault Secrets User")
_BLOB_CONTRIBUTOR = role_definition_id("Storage Blob Data Contributor")
_METRICS_PUBLISHER = role_definition_id("Monitoring Metrics Publisher")
_SUBJECTS = {
    "secrets": "system:serviceaccount:external-secrets:key-vault",
    "backup": "system:serviceaccount:velero:velero-azure",
    "metrics": "system:serviceaccount:monitoring:prometheus",
}
"""The service accounts of the platform's programs, as `modules/kubernetes` names them."""


def metrics_workspace(context: Context) -> "MetricsWorkspace | None":
    """Creates the workspace for the metrics of all clusters."""
    if not context.signing_clusters:
        return None
    from bluelamp.modules.azure.metrics_workspace import MetricsWorkspace

    return MetricsWorkspace(
        "cluster-metrics",
        {
            "label": context.label,
            "location": context.location,
            "workload": "clusters",
            "resource_group_name": context.group("clusters").name,
        },
        context.at("clusters"),
    )


def workloads(
    context: Context,
    topology: Topology,
    names: Names,
    logs: "LogAnalytics",
    key: "EncryptionKey | None",
    metrics: "MetricsWorkspace | None",
) -> dict[str, ClusterAccess]:
    """Creates the issuer, and for each cluster a vault, a container for backups and the identities; by cluster.

    `key` encrypts the backups' storage account.
    """
    clusters = context.signing_clusters
    if metrics is None:
        return {}
    from bluelamp.modules.hybrid.workload_identity_issuer import WorkloadIdentityIssuer

    issuer = WorkloadIdentityIssuer(
        "issuer",
        {
            "label": context.label,
            "location": context.location,
            "workload": ISSUER,
            "resource_group_name": context.group("clusters").name,
            "contact": context.force.owner.email,
            "clusters": {cluster.name: {"jwks": _key_set(cluster)} for cluster in clusters},
        },
        context.at("clusters"),
    )
    store = _store(context, topology, names, logs, key)
    vaults = {cluster.name: _vault(context, topology, names, logs, cluster.name) for cluster in clusters}
    return {
        name: _access(context, name, one_of(issuer.issuer_urls, name), vault, store, metrics)
        for name, vault in vaults.items()
    }


def container(cluster: str) -> str:
    """The name of the container for a cluster's backups, of at least three characters."""
    return f"velero-{cluster}"


def _key_set(cluster: Cluster) -> str:
    return json.dumps({"keys": [key.model_dump() for key in cluster.signing_keys]})


def _vault(context: Context, topology: Topology, names: Names, logs: "LogAnalytics", cluster: str) -> "KeyVault":
    """Creates a cluster's own vault, separate from the platform's secrets and from other clusters'."""
    from bluelamp.modules.azure.key_vault import KeyVault, KeyVaultArgs

    args = KeyVaultArgs(
        label=context.label,
        location=context.location,
        resource_group_name=context.group("clusters").name,
        workload=f"{cluster}-k8s",
        tenant_id=context.tenant_id,
        subnet_id=topology.primary.private_endpoints_subnet_id,
        workspace_id=logs.workspace_id,
        sku=context.azure.key_vault.sku,
        soft_delete_retention_days=context.azure.key_vault.soft_delete_retention_days,
        private_zone_id=names.vault_zone_id,
    )
    return KeyVault(f"vault-{cluster}", args, context.at("clusters"))


def _store(
    context: Context, topology: Topology, names: Names, logs: "LogAnalytics", key: "EncryptionKey | None"
) -> "BackupStore":
    from bluelamp.modules.azure.backup_store import BackupStore, BackupStoreArgs

    args = BackupStoreArgs(
        label=context.label,
        location=context.location,
        workload="velero",
        resource_group_name=context.group("clusters").name,
        subnet_id=topology.primary.private_endpoints_subnet_id,
        workspace_id=logs.workspace_id,
        private_zone_id=names.zone_ids[BLOB_ZONE],
        containers=[container(cluster.name) for cluster in context.signing_clusters],
        immutable_days=IMMUTABLE_DAYS,
    )
    if key is not None:
        args["key"] = key
    return BackupStore("cluster-backups", args, context.at("clusters"))


def _access(
    context: Context,
    cluster: str,
    issuer: pulumi.Output[str],
    vault: "KeyVault",
    store: "BackupStore",
    metrics: "MetricsWorkspace",
) -> ClusterAccess:
    from bluelamp.modules.azure.workload_identity import RoleGrant, WorkloadIdentity

    box = container(cluster)
    grants = {
        "secrets": RoleGrant(role_definition_id=_SECRETS_USER, scope=vault.id),
        "backup": RoleGrant(role_definition_id=_BLOB_CONTRIBUTOR, scope=one_of(store.container_ids, box)),
        "metrics": RoleGrant(role_definition_id=_METRICS_PUBLISHER, scope=metrics.rule_id),
    }
    identities = {
        use: WorkloadIdentity(
            f"{cluster}-{use}-identity",
            {
                "label": context.label,
                "location": context.location,
                "workload": f"{cluster}-{use}",
                "resource_group_name": context.group("clusters").name,
                "credentials": {"cluster": {"issuer": issuer, "subject": _SUBJECTS[use]}},
                "roles": {use: granted},
            },
            context.at("clusters"),
        )
        for use, granted in grants.items()
    }
    return ClusterAccess(
        tenant_id=context.tenant_id,
        subscription_id=context.subscription("clusters"),
        client_ids={use: each.client_id for use, each in identities.items()},
        vault_uri=vault.uri,
        backup_account=store.name,
        backup_container=box,
        backup_group=context.group("clusters").name,
        metrics_url=metrics.write_url,
        issuer=issuer,
    )
