"""Management groups: a root for the force, platform and landing zones under it, and places to try, isolate and retire.

    ManagementGroups("management-groups", {"label": label, "display_name": "Essex Police"})

Subscriptions are placed with `placements`. A second component with `canary` makes a hierarchy beside the real one, to
try policies on first. Management groups cannot be tagged, so ownership is in their names.
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
