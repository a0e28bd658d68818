"""Tenants: a namespace for each team on a force's cluster.

    Tenant("records", {"label": label, "namespace": "records", "groups": {"edit": "0f5c1f6e-…"}})

Pods must meet the Pod Security Standard `restricted`. Ingress is allowed from the ingress gateway and the namespace's
own pods only, egress to DNS and to the targets in `egress` only, and a quota limits resources. With `gitops`, Flux
applies a repository to the namespace with the role `edit`.
"""

from bluelamp.modules.kubernetes.tenant.arguments import (
    TenantArgs,
    TenantEgress,
    TenantGitOps,
    TenantGroups,
    TenantLimits,
    TenantQuota,
)
from bluelamp.modules.kubernetes.tenant.tenant import Tenant

__all__ = ["Tenant", "TenantArgs", "TenantEgress", "TenantGitOps", "TenantGroups", "TenantLimits", "TenantQuota"]
