"""Resource guards: what protects a vault is weakened by two people together, never by one.

    ResourceGuard("guard", {"label": label, "location": "uksouth", "resource_group_name": group.name})

A vault that names it as `resource_guard_id` lets nobody switch off soft delete or immutability, shorten a policy or
take the guard away who has no role on the guard as well. Put it where the vaults' own operators have none: in another
subscription, best of another tenant. Azure wants it in the region of the vaults that it guards.
"""

from bluelamp.modules.azure.resource_guard.resource_guard import ResourceGuard, ResourceGuardArgs

__all__ = ["ResourceGuard", "ResourceGuardArgs"]
