"""Privileged access: groups with time-bound, just-in-time roles.

    PrivilegedAccess("access", {"label": label, "groups": {
        "platform-engineers": {"description": "Run the landing zone", "members": [engineer],
                               "azure_roles": {"contributor": {"role_definition_id": contributor, "scope": scope}}}}})

No group has a permanent role: it is eligible through Privileged Identity Management, which needs Entra ID P2. The
directory's role settings define the activation requirements (multi-factor authentication, justification, approval) for
directory and Azure roles. This module defines them for group membership.
"""

from bluelamp.modules.azure.privileged_access.privileged_access import (
    PrivilegedAccess,
    PrivilegedAccessArgs,
    PrivilegedGroup,
)
from bluelamp.modules.azure.workload_identity import RoleGrant

__all__ = ["PrivilegedAccess", "PrivilegedAccessArgs", "PrivilegedGroup", "RoleGrant"]
