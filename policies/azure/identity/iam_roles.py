"""Identity: who may do everything, and for how long."""

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
_SELF_SERVICE: Final = "microsoft.authorization/roleassignments/write"


@rule(
    "BL-IAM-001",
    "Nobody owns a whole subscription for good",
    failure="Role with ownership rights is permanently assigned at subscription scope",
    severity=Severity.HIGH,
    controls=ncsc("9", "10", "12") + caf("B2.c", "B2.d") + iso("8.2") + mcsb("PA-2") + _PRIVILEGED,
    at=ASSIGNMENT,
    fix="Assign a narrower role, or this one on a resource group; make ownership eligible, for hours, with approval.",
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
    ),
) -> Outcome:
    """A standing owner of a subscription or a management group can switch off every control below it, his own logs
    included; so can whoever steals his session.
    """
    found = all_of(
        lambda: assignment["scope"] if _is_wide(assignment["scope"].text()) else None,
        lambda: assignment["roleDefinitionId"] if assignment["roleDefinitionId"].text()[-36:] in roles else None,
    )
    if not found:
        return None
    scope, role = found
    return Fail(role, "a narrower role, or a narrower scope", f"on {scope.known or 'every subscription'}")


@rule(
    "BL-IAM-002",
    "No custom role lets its holder hand out roles",
    failure="Custom role allows role assignments to be granted",
    severity=Severity.CRITICAL,
    controls=ncsc("9", "12") + caf("B2.c", "B2.d") + iso("8.2") + mcsb("PA-7") + _PRIVILEGED,
    at={DEFINITION: "permissions[*]"},
    fix="Name the actions that are needed, or take Microsoft.Authorization/*/write out with notActions.",
    example="""
authorization.RoleDefinition(
    "application-owners",
    ...,
    permissions=[{"actions": ["*"], "not_actions": ["Microsoft.Authorization/*/write"]}],
)
""",
)
def no_self_service_role(permission: Value) -> Outcome:
    """Whoever may write role assignments can make himself owner: a wildcard that includes it is ownership under another
    name, and no review of owners will find it.
    """
    found = all_of(
        lambda: some(permission["actions"].each(), _hands_out_roles),
        lambda: None if some(permission["notActions"].each(), _hands_out_roles) else permission,
    )
    return Fail(found[0], "actions without writing role assignments") if found else None


@rule(
    "BL-IAM-003",
    "No person may change a whole subscription for good",
    failure="User or group has permanent write access to a whole subscription",
    severity=Severity.MEDIUM,
    controls=ncsc("9", "12") + caf("B2.c", "B2.d") + iso("8.2") + mcsb("PA-2") + _PRIVILEGED,
    at=ASSIGNMENT,
    fix="Assign Reader, or Contributor on a resource group; make more eligible, for hours, with approval.",
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
    """A standing contributor can delete everything in a subscription in an afternoon, by mistake or in somebody else's
    hands. Pipelines need it; people need it for an hour.
    """
    if assignment["principalType"].text() == "serviceprincipal":
        return NotApplicable("it is a service's, not a person's")
    found = all_of(
        lambda: assignment["scope"] if _is_wide(assignment["scope"].text()) else None,
        lambda: assignment["roleDefinitionId"] if _is_contributor(assignment["roleDefinitionId"]) else None,
    )
    return Fail(found[1], "a narrower role, or a narrower scope") if found else None


@rule(
    "BL-IAM-004",
    "No custom role reads all data",
    failure="Custom role reads data of every kind",
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
    """Data actions open what is inside: blobs, secrets, messages. A wildcard over a whole service opens those of
    tomorrow as well, which nobody decided.
    """
    provider, _, what = action.text().partition("/")
    return Fail(action, "the data actions that are needed") if "*" in provider or what.startswith("*") else None


@rule(
    "BL-IAM-005",
    "Custom roles are made for a place",
    failure="Custom role is assignable at the root scope",
    severity=Severity.LOW,
    controls=ncsc("9") + caf("B2.d") + iso("5.18") + mcsb("PA-7"),
    at=DEFINITION,
    fix="Name the management groups, subscriptions or resource groups in assignableScopes.",
    example="""
authorization.RoleDefinition(
    "records-reader", ..., assignable_scopes=["/providers/Microsoft.Management/managementGroups/mg-records"]
)
""",
)
def role_has_a_place(definition: Value) -> Outcome:
    """A role that can be assigned anywhere will be, and whoever made it for one system answers for all of them."""
    scopes = definition["assignableScopes"]
    found = some(scopes.each(), lambda scope: scope.text().strip("/") == "")
    return Fail(found, "a management group, subscription or resource group") if found else None


@rule(
    "BL-IAM-006",
    "Eligibility for roles ends",
    must=Must("scheduleInfo.expiration.type", among=("AfterDuration", "AfterDateTime"), default="NoExpiration"),
    failure="Role eligibility has no expiry date",
    severity=Severity.MEDIUM,
    controls=ncsc("9") + caf("B2.c", "B2.d") + iso("5.18") + mcsb("PA-2") + _PRIVILEGED,
    at="azure-native:authorization:PimRoleEligibilitySchedule",
    fix="Set scheduleInfo.expiration.type to AfterDuration with a duration such as P365D.",
    example="""
authorization.PimRoleEligibilitySchedule(
    "platform", ..., schedule_info={"expiration": {"type": "AfterDuration", "duration": "P365D"}}
)
""",
)
def eligible() -> None:
    """People change posts. An eligibility that ends is looked at again; one that does not end never is."""


def _is_wide(scope: str) -> bool:
    """Whether `scope` is a subscription, a management group or everything."""
    steps = scope.strip("/").split("/")
    return len(steps) <= 2 or steps[-2] == "managementgroups"


def _is_contributor(role: Value) -> bool:
    return role.text().endswith(_CONTRIBUTOR)


def _hands_out_roles(action: Value) -> bool:
    return fnmatchcase(_SELF_SERVICE, action.text())
