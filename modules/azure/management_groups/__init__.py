"""Management groups: the hierarchy of a force: platform, landing zones, sandbox, quarantine and retired groups.

    ManagementGroups("management-groups", {"label": label, "display_name": "Essex Police"})

`placements` assigns subscriptions to groups. A second component with `canary` creates a parallel hierarchy for testing
policies. Management groups cannot be tagged, so their names show the ownership.
"""

from bluelamp.modules.azure.hierarchy import ancestry, hierarchy
from bluelamp.modules.azure.management_groups.management_groups import (
    PREFIX,
    HierarchySettings,
    ManagementGroups,
    ManagementGroupsArgs,
    Placement,
)

__all__ = [
    "PREFIX",
    "HierarchySettings",
    "ManagementGroups",
    "ManagementGroupsArgs",
    "Placement",
    "ancestry",
    "hierarchy",
]
