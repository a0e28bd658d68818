"""Entra ID groups that are eligible for roles."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_azuread as azuread
from pulumi_azure_native import authorization

from bluelamp.modules.azure.workload_identity import RoleGrant
from bluelamp.modules.component import Component, after
from bluelamp.modules.shared_arguments import LabelledArgs

_JUSTIFICATION = "Eligibility that the landing zone's settings give"


class PrivilegedGroup(TypedDict):
    """One group, its eligible members and its eligible roles."""

    description: str
    """The purpose of the group, shown in Entra ID."""
    members: NotRequired[list[str]]
    """Object ids of people who are eligible for time-bound membership; none by default."""
    azure_roles: NotRequired[dict[str, RoleGrant]]
    """Azure roles for which the group is eligible, keyed by a short name."""
    directory_roles: NotRequired[dict[str, str]]
    """Template ids of Entra ID roles for which the group is eligible, keyed by a short name."""
    approvers: NotRequired[list[str]]
    """Object ids of the approvers, one of whom must approve a membership; no approval by default."""
    longest_hours: NotRequired[int]
    """The maximum duration of a membership in hours, 1 to 24; 8 by default."""


class PrivilegedAccessArgs(LabelledArgs):
    """Arguments of privileged access."""

    groups: dict[str, PrivilegedGroup]
    """The groups, by function."""
    eligible_days: NotRequired[int]
    """Days after which an eligibility expires and must be renewed, 1 to 365; 365 by default."""


class PrivilegedAccess(Component):
    """Role-assignable groups with eligible members and eligible roles."""

    group_ids: pulumi.Output[dict[str, str]]
    """The groups' object ids, by function."""
    group_names: pulumi.Output[dict[str, str]]
    """The groups' names by function, known before they exist."""

    def __init__(self, name: str, args: PrivilegedAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        _check(f"PrivilegedAccess {name!r}", args)
        groups: dict[str, azuread.Group] = {}
        names: dict[str, str] = {}
        for key, wanted in args["groups"].items():
            names[key] = f"sg-{key}-{args['label']['code']}-{args['label']['environment']}"
            groups[key] = azuread.Group(
                f"{name}-{key}",
                display_name=names[key],
                description=wanted["description"],
                security_enabled=True,
                # Only role-assignable groups can hold roles, and only privileged administrators can change such groups.
                assignable_to_role=True,
                prevent_duplicate_names=True,
                # Membership changes by activation.
                opts=self.child(ignore_changes=["members"]),
            )
            self._membership(f"{name}-{key}", args, wanted, groups[key])
            self._roles(f"{name}-{key}", args, wanted, groups[key])
        self.group_ids = pulumi.Output.all(**{key: group.object_id for key, group in groups.items()})
        self.group_names = after(names, *groups.values())
        self.finish()

    def _membership(self, name: str, args: PrivilegedAccessArgs, wanted: PrivilegedGroup, group: azuread.Group) -> None:
        """The activation requirements of membership, and the eligible members."""
        approvers = wanted.get("approvers", [])
        stage = (
            azuread.GroupRoleManagementPolicyActivationRulesApprovalStageArgs(
                primary_approvers=[
                    azuread.GroupRoleManagementPolicyActivationRulesApprovalStagePrimaryApproverArgs(
                        object_id=person, type="singleUser"
                    )
                    for person in approvers
                ]
            )
            if approvers
            else None
        )
        days = args.get("eligible_days", 365)
        policy = azuread.GroupRoleManagementPolicy(
            f"{name}-activation",
            group_id=group.object_id,
            role_id="member",
            activation_rules=azuread.GroupRoleManagementPolicyActivationRulesArgs(
                maximum_duration=f"PT{wanted.get('longest_hours', 8)}H",
                require_multifactor_authentication=True,
                require_justification=True,
                require_approval=bool(approvers),
                approval_stage=stage,
            ),
            eligible_assignment_rules=azuread.GroupRoleManagementPolicyEligibleAssignmentRulesArgs(
                expiration_required=True, expire_after=_longest(days)
            ),
            opts=self.child(),
        )
        for index, person in enumerate(wanted.get("members", []), 1):
            azuread.PrivilegedAccessGroupEligibilitySchedule(
                f"{name}-member-{index}",
                group_id=group.object_id,
                principal_id=person,
                assignment_type="member",
                duration=f"P{days}D",
                justification=_JUSTIFICATION,
                opts=self.child(depends_on=[policy]),
            )

    def _roles(self, name: str, args: PrivilegedAccessArgs, wanted: PrivilegedGroup, group: azuread.Group) -> None:
        """The group's eligible roles in Azure and in the directory."""
        expiration = authorization.RoleEligibilityScheduleRequestPropertiesExpirationArgs(
            type="AfterDuration", duration=f"P{args.get('eligible_days', 365)}D"
        )
        for short, grant in wanted.get("azure_roles", {}).items():
            authorization.PimRoleEligibilitySchedule(
                f"{name}-{short}",
                scope=grant["scope"],
                role_definition_id=grant["role_definition_id"],
                principal_id=group.object_id,
                justification=_JUSTIFICATION,
                schedule_info=authorization.RoleEligibilityScheduleRequestPropertiesScheduleInfoArgs(
                    expiration=expiration
                ),
                opts=self.child(),
            )
        for short, template in wanted.get("directory_roles", {}).items():
            role = azuread.DirectoryRole(f"{name}-{short}-role", template_id=template, opts=self.child())
            azuread.DirectoryRoleEligibilityScheduleRequest(
                f"{name}-{short}",
                role_definition_id=role.template_id,
                principal_id=group.object_id,
                directory_scope_id="/",
                justification=_JUSTIFICATION,
                opts=self.child(),
            )


_ALLOWED = (15, 30, 90, 180, 365)  # eligibility periods in days that Entra ID supports


def _longest(days: int) -> str:
    """The shortest setting of Entra ID that allows an eligibility of `days`."""
    return f"P{next(each for each in _ALLOWED if each >= days)}D"


def _check(owner: str, args: PrivilegedAccessArgs) -> None:
    """Raises `ValueError` listing every problem."""
    wrong = [] if args["groups"] else ["groups is empty; name at least one"]
    days = args.get("eligible_days", 365)
    if not 1 <= days <= _ALLOWED[-1]:
        wrong.append(f"eligible_days is {days}; allowed are 1 to {_ALLOWED[-1]}")
    for key, group in args["groups"].items():
        hours = group.get("longest_hours", 8)
        if not 1 <= hours <= 24:
            wrong.append(f"groups.{key}.longest_hours is {hours}; allowed are 1 to 24")
    if wrong:
        raise ValueError(f"{owner}: " + "; ".join(wrong))
