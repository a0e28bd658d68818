from fnmatch import fnmatchcase

import pytest
from planned import plan
from rehearsed import of, rehearse

from bluelamp.modules.azure.management_groups import ManagementGroups
from bluelamp.modules.azure.roles import Roles, role_guid

NAMES = {
    "application-owners",
    "network-management",
    "network-subnet-contributor",
    "security-operations",
    "subscription-owner",
}


def both(label) -> None:
    for name, canary in (("roles", False), ("canary-roles", True)):
        args = {"label": label, "display_name": "West Midlands Police", "canary": canary}
        root = ManagementGroups("canary" if canary else "management-groups", args).groups["root"]
        Roles(name, {"label": label, "management_group": root})


def test_the_roles_of_a_canary_and_of_the_real_hierarchy_never_collide(label):
    made = of(rehearse(lambda: both(label)), "authorization:RoleDefinition")
    assert set(made) == {f"{name}-{role}" for name in ("roles", "canary-roles") for role in NAMES}
    assert len({inputs["roleDefinitionId"] for inputs in made.values()}) == 10
    assert len({inputs["roleName"] for inputs in made.values()}) == 10
    for name, inputs in made.items():
        root = "mg-canary-root-wmp-prod" if name.startswith("canary") else "mg-root-wmp-prod"
        assert inputs["assignableScopes"] == [f"/providers/Microsoft.Management/managementGroups/{root}"]
        assert inputs["roleName"].endswith(f"({root})")


def test_a_roles_guid_is_stable():
    assert role_guid("mg-root-wmp-prod", "Network-Management") == "43cce0c4-f1d4-5cee-b19f-c3ed82bdb0b0"
    assert role_guid("mg-root-wmp-prod", "Network-Management") != role_guid("mg-root-essex-prod", "Network-Management")


@pytest.mark.parametrize(
    "action",
    ["microsoft.authorization/roleassignments/write", "microsoft.authorization/roledefinitions/write"],
)
def test_none_of_the_roles_can_assign_roles(label, action):
    made = plan(lambda: Roles("roles", {"label": label, "management_group": "mg-root-wmp-prod"}))
    for role in made.of("authorization:RoleDefinition"):
        (permission,) = role["permissions"]
        allowed = any(fnmatchcase(action, each.lower()) for each in permission["actions"])
        denied = any(fnmatchcase(action, each.lower()) for each in permission["notActions"])
        assert not allowed or denied, role["roleName"]


def test_wrong_arguments_are_refused(label):
    with pytest.raises(ValueError, match=r"managment_group is not an argument; did you mean management_group\?"):
        plan(lambda: Roles("roles", {"label": label, "managment_group": "mg-root-wmp-prod"}))
