"""Management groups: a root for the force, platform and landing zones under it, and places to try, isolate and retire.

    ManagementGroups("management-groups", {"label": label, "display_name": "Essex Police"})

Management groups cannot be tagged, so ownership is in their names.
"""

from modules.azure.management_groups.management_groups import ManagementGroups, ManagementGroupsArgs

__all__ = ["ManagementGroups", "ManagementGroupsArgs"]
