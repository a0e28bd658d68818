"""Custom roles: the five of the Azure landing zone reference architecture, for the management group hierarchy.

    Roles("roles", {"label": label, "management_group": groups.groups["root"]})

A role's GUID and name are unique in a tenant. Both derive from the hierarchy, so a canary hierarchy and the real one,
or two forces in one tenant, do not collide. None of the roles can assign roles.
"""

from bluelamp.modules.azure.roles.roles import Roles, RolesArgs, role_guid

__all__ = ["Roles", "RolesArgs", "role_guid"]
