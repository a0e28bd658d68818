"""Makes an assignment, its identity and what the identity may do, in that order."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import pulumi
from pulumi_azure_native import authorization

from bluelamp.modules.azure.management_groups import PREFIX, ancestry
from bluelamp.modules.azure.policy.catalogue import Assignment, role_id

_NAMESPACE: Final = uuid.UUID("c2d5f0d8-1d0a-5f63-9b7c-64a1c7b2f0e3")
"""Whose digests the role assignments' GUIDs are; changing it would replace every one."""


@dataclass(frozen=True)
class Place:
    """Where assignments are made: the groups' names, the region of identities and how children are made."""

    name: str
    groups: Mapping[str, pulumi.Input[str]]
    location: str
    options: pulumi.ResourceOptions

    def scope(self, group: str) -> pulumi.Output[str]:
        """The id of a group, known before it is there."""
        return pulumi.Output.concat(PREFIX, self.groups[group])

    def after(self, *resources: pulumi.Resource) -> pulumi.ResourceOptions:
        """Options for a child that waits for `resources`."""
        return pulumi.ResourceOptions.merge(self.options, pulumi.ResourceOptions(depends_on=list(resources)))


def assign(
    place: Place,
    group: str,
    row: Assignment,
    definition_id: pulumi.Input[str],
    parameters: Mapping[str, Any],
    mode: str,
    waits_for: list[pulumi.Resource],
) -> authorization.PolicyAssignment:
    """Assigns `row` at `group` with `parameters`; `mode` is Azure's enforcement mode."""
    made = authorization.PolicyAssignment(
        f"{place.name}-{group}-{row.name}",
        policy_assignment_name=row.name,
        scope=place.scope(group),
        display_name=row.display_name,
        description=row.message,
        policy_definition_id=definition_id,
        definition_version=row.version or None,
        enforcement_mode=mode,
        parameters={key: {"value": value} for key, value in parameters.items()},
        non_compliance_messages=[{"message": row.message}],
        not_scopes=[],
        # Azure keeps metadata as it is; the effective-policy view reads the effect of a built-in from here.
        metadata={"assignedBy": "bluelamp", "effect": row.effect, "verified": row.verified},
        identity={"type": "SystemAssigned"} if row.roles else None,
        location=place.location,
        opts=place.after(*waits_for),
    )
    if row.roles:
        at = [group, *(other for other in row.roles_at if other in place.groups and other not in ancestry(group))]
        for other in at:
            for role in row.roles:
                _let(place, made, group, row, role, other)
    return made


def _let(
    place: Place, made: authorization.PolicyAssignment, group: str, row: Assignment, role: str, other: str
) -> None:
    """Gives the assignment's identity `role` at the group `other`."""
    suffix = "" if other == group else f"-at-{other}"
    words = f"{row.name}/{group}/{role}/{other}"
    authorization.RoleAssignment(
        f"{place.name}-{group}-{row.name}-{role}{suffix}",
        role_assignment_name=pulumi.Output.from_input(place.groups["root"]).apply(partial(_guid, words)),
        scope=place.scope(other),
        role_definition_id=role_id(role),
        principal_id=made.identity.apply(_principal),
        # Said outright, Azure need not look the new identity up in a directory that has not heard of it yet.
        principal_type="ServicePrincipal",
        description=f"Lets the policy assignment {row.name} mend resources",
        opts=place.options,
    )


def _guid(words: str, root: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{root}/{words}"))


def _principal(identity: Any) -> str:
    return str(identity.principal_id)
