"""The access of workloads on the force's clusters to Azure; does not import the Azure SDK."""

from dataclasses import dataclass

import pulumi

from bluelamp.infra.settings.model import Force
from bluelamp.modules.naming import Label

ISSUER = "issuer"
"""The workload in the issuer's name."""

IMMUTABLE_DAYS = 30
"""Days for which a cluster's backup cannot be changed or deleted."""


@dataclass(frozen=True)
class ClusterAccess:
    """The identities and resources in Azure of a cluster's platform."""

    tenant_id: pulumi.Input[str]
    subscription_id: pulumi.Input[str]
    client_ids: dict[str, pulumi.Output[str]]
    """The identities' client ids: `secrets`, `backup`, `metrics`."""
    vault_uri: pulumi.Output[str]
    backup_account: pulumi.Output[str]
    backup_container: str
    backup_group: pulumi.Input[str]
    metrics_url: pulumi.Output[str]
    issuer: pulumi.Output[str]
    """The issuer of its service accounts' tokens."""


@dataclass(frozen=True)
class LakeAccess:
    """The identity of a job in Azure, and the data lake that it uses."""

    tenant_id: pulumi.Input[str]
    client_id: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    """The lake's address, `https://….dfs.core.windows.net`."""
    cidr: str
    """The subnet of the lake's private endpoints."""
    access_policy: bool
    """Whether the job gets the compiled access policy."""


def issuer_of(force: Force, label: Label, cluster: str) -> str | None:
    """The address of a cluster's token issuer, for its API server; None without one."""
    if force.azure is None or not force.has("workloadIdentity"):
        return None
    from bluelamp.modules.hybrid.workload_identity_issuer import issuer_url

    return issuer_url(label, force.azure.primary_region, ISSUER, cluster)
