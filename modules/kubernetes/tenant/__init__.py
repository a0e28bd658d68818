"""Tenants: a namespace as a service, one for each team on a force's cluster.

    Tenant("records", {"label": label, "namespace": "records", "groups": {"edit": "0f5c1f6e-…"}})

A pod that is not restricted is refused, nothing reaches the pods but the ingress gateway and their neighbours, nothing
leaves but questions to DNS, and what the pods may use together is limited.
"""

from modules.kubernetes.tenant.tenant import Tenant, TenantArgs, TenantGroups, TenantQuota

__all__ = ["Tenant", "TenantArgs", "TenantGroups", "TenantQuota"]
