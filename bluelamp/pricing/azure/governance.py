"""Identity, policy, budgets and resource groups, which are free."""

from collections.abc import Mapping
from typing import Final

_CONTROL_PLANE: Final = "the control plane is free"

FREE: Final[Mapping[str, str]] = dict.fromkeys(
    (
        "authorization:ManagementLockByScope",
        "authorization:PimRoleEligibilitySchedule",
        "authorization:PolicyAssignment",
        "authorization:PolicyDefinitionAtManagementGroup",
        "authorization:PolicySetDefinitionAtManagementGroup",
        "authorization:RoleAssignment",
        "authorization:RoleDefinition",
        "consumption:Budget",
        "managedidentity:FederatedIdentityCredential",
        "managedidentity:UserAssignedIdentity",
        "management:ManagementGroup",
        "management:ManagementGroupSubscription",
        "resources:Deployment",
        "resources:ResourceGroup",
    ),
    _CONTROL_PLANE,
)
