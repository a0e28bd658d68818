"""Identity: who may do everything."""

from fnmatch import fnmatchcase
from typing import Final

from policies.controls import caf, ncsc
from policies.model import Severity
from policies.rule import Fail, Outcome, rule
from policies.tighter import Forbidden
from policies.value import Value, all_of, some

ASSIGNMENT: Final = "azure-native:authorization:RoleAssignment"
DEFINITION: Final = "azure-native:authorization:RoleDefinition"

_SELF_SERVICE: Final = "microsoft.authorization/roleassignments/write"


@rule(
    "BL-IAM-001",
    "Nobody owns a whole subscription for good",
    severity=Severity.HIGH,
    controls=ncsc("9", "10", "12") + caf("B2.c", "B2.d"),
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
    severity=Severity.CRITICAL,
    controls=ncsc("9", "12") + caf("B2.c", "B2.d"),
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


def _is_wide(scope: str) -> bool:
    """Whether `scope` is a subscription, a management group or everything."""
    steps = scope.strip("/").split("/")
    return len(steps) <= 2 or steps[-2] == "managementgroups"


def _hands_out_roles(action: Value) -> bool:
    return fnmatchcase(_SELF_SERVICE, action.text())
