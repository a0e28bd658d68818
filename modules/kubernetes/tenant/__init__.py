"""Tenants: a namespace as a service, one for each team on a force's cluster.

    Tenant("records", {"label": label, "namespace": "records", "groups": {"edit": "0f5c1f6e-…"}})

A pod that is not restricted is refused, nothing reaches the pods but the ingress gateway and their neighbours, nothing
leaves but questions to DNS and what `egress` names, and what the pods may use together is limited. With `gitops`,
Flux keeps the namespace as a repository says, with the rights of the role `edit` in it and no more.
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
