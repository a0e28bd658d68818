"""Role assignments and custom role definitions."""

from fnmatch import fnmatchcase
from typing import Final

from bluelamp.policies.controls import caf, cyber_essentials, iso, mcsb, ncsc, policing
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Fail, Must, NotApplicable, Outcome, rule
from bluelamp.policies.tighter import Forbidden
from bluelamp.policies.value import Value, all_of, some

ASSIGNMENT: Final = "azure-native:authorization:RoleAssignment"
DEFINITION: Final = "azure-native:authorization:RoleDefinition"

_PRIVILEGED: Final = policing("privileged-access-management") + cyber_essentials("user-access-control")
_CONTRIBUTOR: Final = "b24988ac-6180-42a0-ab88-20f7382dd24c"
_ACCESS_ADMINISTRATOR: Final = "f58310d9-a9f6-439a-9e8d-f62e7b41a168"
_SELF_SERVICE: Final = "microsoft.authorization/roleassignments/write"


@rule(
    "BL-IAM-001",
    "Owner-level roles are not permanently assigned at subscription scope or above",
    failure="Owner-level role is permanently assigned at subscription scope or above",
    severity=Severity.HIGH,
    controls=ncsc("9", "10", "12") + caf("B2.c", "B2.d") + iso("8.2") + mcsb("PA-2") + _PRIVILEGED,
    at=ASSIGNMENT,
    fix="""Assign a narrower role, or this one on a resource group. Make ownership eligible, time-limited and subject to
    approval.""",
    example="""
authorization.RoleAssignment(
    "records-team",
    ...,
    scope="/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-records",
    role_definition_id="/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c",
)
""",
)
def no_standing_owner(
    assignment: Value,
    *,
    roles: Forbidden[str] = (
        "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",  # Owner
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",  # User Access Administrator
        _ACCESS_ADMINISTRATOR,
    ),
) -> Outcome:
    """A permanent owner of a subscription or management group can disable every control below it, including logging. So
    can an attacker with the owner's session. Role Based Access Control Administrator is owner-level unless a condition
    limits the roles that it assigns.
    """
    found = all_of(
        lambda: assignment["scope"] if _is_wide(assignment["scope"].text()) else None,
        lambda: assignment["roleDefinitionId"] if _role(assignment) in roles else None,
        lambda: None if _role(assignment) == _ACCESS_ADMINISTRATOR and assignment["condition"].text() else assignment,
    )
    if not found:
        return None
    scope, role, _ = found
    return Fail(role, "a narrower role, or a narrower scope", f"on {scope.known or 'every subscription'}")


def _role(assignment: Value) -> str:
    """The GUID of the assigned role."""
    return assignment["roleDefinitionId"].text()[-36:]


@rule(
    "BL-IAM-002",
    "Custom roles cannot grant role assignments",
    failure="Custom role can grant role assignments",
    severity=Severity.CRITICAL,
    controls=ncsc("9", "12") + caf("B2.c", "B2.d") + iso("8.2") + mcsb("PA-7") + _PRIVILEGED,
    at={DEFINITION: "permissions[*]"},
    fix="Name the actions that are needed, or exclude Microsoft.Authorization/*/write with notActions.",
    example="""
authorization.RoleDefinition(
    "application-owners",
    ...,
    permissions=[{"actions": ["*"], "not_actions": ["Microsoft.Authorization/*/write"]}],
)
""",
)
def no_role_assignment_rights(permission: Value) -> Outcome:
    """Anyone who may write role assignments can become owner. A wildcard that includes the action is ownership under
    another name, and reviews of owners do not find it.
    """
    found = all_of(
        lambda: some(permission["actions"].each(), _hands_out_roles),
        lambda: None if some(permission["notActions"].each(), _hands_out_roles) else permission,
    )
    return Fail(found[0], "actions that do not include writing role assignments") if found else None


@rule(
    "BL-IAM-003",
    "Users and groups have no permanent write access at subscription scope",
    failure="User or group has permanent write access at subscription scope",
    severity=Severity.MEDIUM,
    controls=ncsc("9", "12") + caf("B2.c", "B2.d") + iso("8.2") + mcsb("PA-2") + _PRIVILEGED,
    at=ASSIGNMENT,
    fix="Assign Reader, or Contributor on a resource group. Make more eligible, time-limited and subject to approval.",
    example="""
authorization.RoleAssignment(
    "records-team",
    ...,
    principal_type="Group",
    scope="/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-records",
    role_definition_id="/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c",
)
""",
)
def no_standing_contributor(assignment: Value) -> Outcome:
    """A permanent contributor, or an attacker with that account, can delete everything in a subscription. Pipelines
    need the role permanently; people need it for an hour.
    """
    if assignment["principalType"].text() == "serviceprincipal":
        return NotApplicable("it is assigned to a service, not to a user or group")
    found = all_of(
        lambda: assignment["scope"] if _is_wide(assignment["scope"].text()) else None,
        lambda: assignment["roleDefinitionId"] if _is_contributor(assignment["roleDefinitionId"]) else None,
    )
    return Fail(found[1], "a narrower role, or a narrower scope") if found else None


@rule(
    "BL-IAM-004",
    "Custom roles have no data action wildcard over a provider or service",
    failure="Custom role has a data action wildcard over a provider or service",
    severity=Severity.HIGH,
    controls=ncsc("2.3", "9") + caf("B2.d", "B3.c") + iso("8.3") + mcsb("PA-7") + _PRIVILEGED,
    at={DEFINITION: "permissions[*].dataActions[*]"},
    fix="Name the data actions that are needed, such as Microsoft.KeyVault/vaults/secrets/getSecret/action.",
    example="""
authorization.RoleDefinition(
    "records-reader",
    ...,
    permissions=[{"data_actions": ["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"]}],
)
""",
)
def no_wildcard_data_action(action: Value) -> Outcome:
    """Data actions give access to content: blobs, secrets, messages. A wildcard over a whole service includes future
    data actions that were never reviewed.
    """
    provider, _, what = action.text().partition("/")
    return Fail(action, "the data actions that are needed") if "*" in provider or what.startswith("*") else None


@rule(
    "BL-IAM-005",
    "Custom roles are not assignable at the root scope",
    failure="Custom role is assignable at the root scope",
    severity=Severity.LOW,
    controls=ncsc("9") + caf("B2.d") + iso("5.18") + mcsb("PA-7"),
    at=DEFINITION,
    fix="Set assignableScopes to management groups, subscriptions or resource groups.",
    example="""
authorization.RoleDefinition(
    "records-reader", ..., assignable_scopes=["/providers/Microsoft.Management/managementGroups/mg-records"]
)
""",
)
def not_assignable_at_root(definition: Value) -> Outcome:
    """A role that is assignable everywhere will be assigned outside the system it was designed for."""
    scopes = definition["assignableScopes"]
    found = some(scopes.each(), lambda scope: scope.text().strip("/") == "")
    return Fail(found, "a management group, subscription or resource group") if found else None


@rule(
    "BL-IAM-006",
    "Eligible role assignments have an expiry date",
    must=Must("scheduleInfo.expiration.type", among=("AfterDuration", "AfterDateTime"), default="NoExpiration"),
    failure="Eligible role assignment has no expiry date",
    severity=Severity.MEDIUM,
    controls=ncsc("9") + caf("B2.c", "B2.d") + iso("5.18") + mcsb("PA-2") + _PRIVILEGED,
    at="azure-native:authorization:PimRoleEligibilitySchedule",
    fix="Set scheduleInfo.expiration.type to AfterDuration, with a duration such as P365D.",
    example="""
authorization.PimRoleEligibilitySchedule(
    "platform", ..., schedule_info={"expiration": {"type": "AfterDuration", "duration": "P365D"}}
)
""",
)
def eligible_assignment_expires() -> None:
    """People change posts. An assignment that expires is reviewed; one without an expiry date is not."""


def _is_wide(scope: str) -> bool:
    """Whether `scope` is a subscription, a management group or the tenant root."""
    steps = scope.strip("/").split("/")
    return len(steps) <= 2 or steps[-2] == "managementgroups"


def _is_contributor(role: Value) -> bool:
    return role.text().endswith(_CONTRIBUTOR)


def _hands_out_roles(action: Value) -> bool:
    return fnmatchcase(_SELF_SERVICE, action.text())
