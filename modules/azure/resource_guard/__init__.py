"""Resource guards: multi-user authorisation for critical operations on backup vaults.

    ResourceGuard("guard", {"label": label, "location": "uksouth", "resource_group_name": group.name})

With `resource_guard_id`, disabling a vault's soft delete or immutability, shortening a policy or removing the guard
also needs a role on the guard. Put the guard where the vaults' operators have no roles: in another subscription,
preferably of another tenant. It must be in the region of the vaults.
"""

from bluelamp.modules.azure.resource_guard.resource_guard import ResourceGuard, ResourceGuardArgs

__all__ = ["ResourceGuard", "ResourceGuardArgs"]
