"""Giving a role to somebody, somewhere."""

from typing import Final
from uuid import NAMESPACE_URL, uuid5

import pulumi
from pulumi_azure_native import authorization

from bluelamp.modules.azure.built_in_roles import role_guid
from bluelamp.modules.naming import Label

ACCESS_ADMINISTRATOR: Final = role_guid("Role Based Access Control Administrator")
"""Role Based Access Control Administrator: assigns roles, and cannot define them."""

PRIVILEGED: Final = (
    role_guid("Owner"),
    role_guid("User Access Administrator"),
    ACCESS_ADMINISTRATOR,
)
"""Roles whose holders can give themselves every other role."""

_WRITE: Final = "Microsoft.Authorization/roleAssignments/write"
_DELETE: Final = "Microsoft.Authorization/roleAssignments/delete"


def no_privileged_roles() -> str:
    """The condition that whoever assigns roles neither gives nor takes away one of `PRIVILEGED`, version 2.0."""
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
    """Gives `role`, a built-in one's GUID or an ARM id, at `scope`.

    The assignment's own name is a GUID that follows from whose it is and what it is called, so that two environments of
    a force never collide and a second run changes nothing. The kind of principal is always said: without it Azure looks
    the principal up, and does not find one that was made a moment ago. `condition` limits the assignment, in the
    language of Azure's conditions, version 2.0.
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
