"""Privileged access: groups that may become powerful for some hours, with a reason, and lose it again.

    PrivilegedAccess("access", {"label": label, "groups": {
        "platform-engineers": {"description": "Run the landing zone", "members": [engineer],
                               "azure_roles": {"contributor": {"role_definition_id": contributor, "scope": scope}}}}})

Nobody is given a role for good: the group is eligible for it through Privileged Identity Management. Eligibility needs
Entra ID P2. What activation asks for (multi-factor sign-in, a reason, approval) is in the directory's role settings
for directory roles and Azure roles, and here for membership of the group.
"""

from bluelamp.modules.azure.privileged_access.privileged_access import (
    PrivilegedAccess,
    PrivilegedAccessArgs,
    PrivilegedGroup,
)
from bluelamp.modules.azure.workload_identity import RoleGrant

__all__ = ["PrivilegedAccess", "PrivilegedAccessArgs", "PrivilegedGroup", "RoleGrant"]
