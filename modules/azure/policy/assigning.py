"""Creates an assignment, its identity and the identity's role assignments, in that order."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import pulumi
from pulumi_azure_native import authorization

from bluelamp.modules.azure.grants import ACCESS_ADMINISTRATOR, no_privileged_roles
from bluelamp.modules.azure.management_groups import PREFIX
from bluelamp.modules.azure.policy.arguments import AssignmentChange
from bluelamp.modules.azure.policy.catalogue import Assignment, role_id

_NAMESPACE: Final = uuid.UUID("c2d5f0d8-1d0a-5f63-9b7c-64a1c7b2f0e3")
"""The namespace of the role assignments' GUIDs. A change would replace every role assignment."""


@dataclass(frozen=True)
class Place:
    """The names of the groups, the region of the identities and the options for children."""

    name: str
    groups: Mapping[str, pulumi.Input[str]]
    location: str
    options: pulumi.ResourceOptions

    def scope(self, group: str) -> pulumi.Output[str]:
        """The id of a group, known before it exists."""
        return pulumi.Output.concat(PREFIX, self.groups[group])

    def after(self, *resources: pulumi.Resource) -> pulumi.ResourceOptions:
        """Options for a child that depends on `resources`."""
        return pulumi.ResourceOptions.merge(self.options, pulumi.ResourceOptions(depends_on=list(resources)))


def assign(
    place: Place,
    group: str,
    row: Assignment,
    definition_id: pulumi.Input[str],
    parameters: Mapping[str, Any],
    mode: str,
    waits_for: list[pulumi.Resource],
    joined: Mapping[str, Mapping[str, pulumi.Input[str]]],
    change: AssignmentChange,
) -> authorization.PolicyAssignment:
    """Assigns `row` at `group` with `parameters`; `mode` is Azure's enforcement mode.

    `joined` are the ids of linked resources (plan, zones, workspace) by argument and short name. The identity also has
    its roles there, because they may be outside `group`. `change` gives the excluded scopes and resources, and the
    reason.
    """
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
        not_scopes=[
            place.scope(each) if each in place.groups else each  # a group by key, or an id
            for each in change.get("not_scopes", [])
        ],
        resource_selectors=_selectors(change),
        # Azure stores metadata unchanged. The effective-policy view reads the effect of a built-in from it.
        metadata={"assignedBy": "bluelamp", "effect": row.effect, "verified": row.verified, **_why(change)},
        identity={"type": "SystemAssigned"} if row.roles else None,
        location=place.location,
        opts=place.after(*waits_for),
    )
    if row.roles:
        for role in row.roles:
            _let(place, made, group, row, role, group, place.scope(group))
        for argument, roles in row.roles_on.items():
            for short, scope in joined[argument].items():
                for role in roles:
                    _let(place, made, group, row, role, short, scope)
    return made


def _selectors(change: AssignmentChange) -> list[authorization.ResourceSelectorArgs] | None:
    return [
        authorization.ResourceSelectorArgs(
            name=selector["name"],
            selectors=[
                authorization.SelectorArgs(kind=one["kind"], in_=one.get("include"), not_in=one.get("exclude"))
                for one in selector["selectors"]
            ],
        )
        for selector in change.get("resource_selectors", [])
    ] or None


def _why(change: AssignmentChange) -> dict[str, str]:
    given = {"reason": change.get("reason"), "expiresOn": change.get("expires_on")}
    return {key: value for key, value in given.items() if value}


def _let(
    place: Place,
    made: authorization.PolicyAssignment,
    group: str,
    row: Assignment,
    role: str,
    where: str,
    scope: pulumi.Input[str],
) -> None:
    """Assigns `role` to the assignment's identity at `scope`, the group itself or another scope called `where`."""
    suffix = "" if where == group else f"-on-{where}"
    words = f"{row.name}/{group}/{role}/{where}"
    condition = no_privileged_roles() if role_id(role).endswith(ACCESS_ADMINISTRATOR) else None
    authorization.RoleAssignment(
        f"{place.name}-{group}-{row.name}-{role}{suffix}",
        role_assignment_name=pulumi.Output.from_input(place.groups["root"]).apply(partial(_guid, words)),
        scope=scope,
        role_definition_id=role_id(role),
        principal_id=made.identity.apply(_principal),
        # With an explicit principal type, Azure does not look up the new identity, which may not be replicated yet.
        principal_type="ServicePrincipal",
        condition=condition,
        condition_version="2.0" if condition else None,
        description=f"Lets the policy assignment {row.name} mend resources",
        opts=place.options,
    )


def _guid(words: str, root: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{root}/{words}"))


def _principal(identity: Any) -> str:
    return str(identity.principal_id)
