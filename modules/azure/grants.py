"""Role assignments."""

from typing import Final
from uuid import NAMESPACE_URL, uuid5

import pulumi
from pulumi_azure_native import authorization

from bluelamp.modules.azure.built_in_roles import role_guid
from bluelamp.modules.naming import Label

ACCESS_ADMINISTRATOR: Final = role_guid("Role Based Access Control Administrator")
"""Role Based Access Control Administrator: assigns roles, but cannot define them."""

PRIVILEGED: Final = (
    role_guid("Owner"),
    role_guid("User Access Administrator"),
    ACCESS_ADMINISTRATOR,
)
"""Roles that allow privilege escalation to any other role."""

_WRITE: Final = "Microsoft.Authorization/roleAssignments/write"
_DELETE: Final = "Microsoft.Authorization/roleAssignments/delete"


def no_privileged_roles() -> str:
    """The condition, version 2.0, that allows no assignment or removal of a role in `PRIVILEGED`."""
    listed = f"{{{', '.join(PRIVILEGED)}}}"
    return " AND ".join(
        f"((!(ActionMatches{{'{action}'}})) OR (@{source}[Microsoft.Authorization/roleAssignments:RoleDefinitionId] "
        f"ForAnyOfAllValues:GuidNotEquals {listed}))"
        for action, source in ((_WRITE, "Request"), (_DELETE, "Resource"))
    )


def grant(
    logical: str,
    label: Label,
    *,
    scope: pulumi.Input[str],
    role: pulumi.Input[str],
    principal_id: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
    principal_type: str = "ServicePrincipal",
    condition: str = "",
) -> authorization.RoleAssignment:
    """Assigns `role`, the GUID of a built-in role or an ARM id, at `scope`.

    The name of the assignment is a GUID derived from the label and the logical name, so environments of one force do
    not collide and a second run changes nothing. The principal type is always set: without it Azure looks up the
    principal, and the lookup fails for one that was created a moment ago. `condition` limits the assignment, in the
    Azure role assignment condition language, version 2.0.
    """
    number = isinstance(role, str) and not role.startswith("/")
    return authorization.RoleAssignment(
        logical,
        role_assignment_name=str(uuid5(NAMESPACE_URL, "/".join((label["force"], label["environment"], logical)))),
        scope=scope,
        role_definition_id=f"/providers/Microsoft.Authorization/roleDefinitions/{role}" if number else role,
        principal_id=principal_id,
        principal_type=principal_type,
        condition=condition or None,
        condition_version="2.0" if condition else None,
        opts=opts,
    )
