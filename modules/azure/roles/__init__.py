"""Custom roles: the five of the reference architecture, for the whole hierarchy of management groups.

    Roles("roles", {"label": label, "management_group": groups.groups["root"]})

A role's GUID and its name are unique in a tenant. Here both follow from the hierarchy, so that a canary hierarchy and
the real one, or two forces in one tenant, never collide. None of the roles may hand out roles.
"""

from bluelamp.modules.azure.roles.roles import Roles, RolesArgs, role_guid

__all__ = ["Roles", "RolesArgs", "role_guid"]
