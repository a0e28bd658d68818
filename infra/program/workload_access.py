"""What a cluster's platform and its API server are told of Azure; needs none of Azure's SDK."""

from dataclasses import dataclass

import pulumi

from bluelamp.infra.settings.model import Force
from bluelamp.modules.naming import Label

ISSUER = "issuer"
"""What the issuer's name is made of."""

IMMUTABLE_DAYS = 30
"""Days for which nobody can change or delete a cluster's backup."""


@dataclass(frozen=True)
class Signed:
    """What the platform of a cluster is told of its share in Azure."""

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
    """What a job is told of the lake, and of the identity that it acts as there."""

    tenant_id: pulumi.Input[str]
    client_id: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    """The lake's address, `https://….dfs.core.windows.net`."""
    cidr: str
    """The subnet of the lake's private endpoints."""
    access_policy: bool
    """Whether the job gets the compiled policy of access."""


def issuer_of(force: Force, label: Label, cluster: str) -> str | None:
    """The address of a cluster's issuer, which its API server is told as it is made; None where there will be none."""
    if force.azure is None or not force.has("workloadIdentity"):
        return None
    from bluelamp.modules.hybrid.workload_identity_issuer import issuer_url

    return issuer_url(label, force.azure.primary_region, ISSUER, cluster)
