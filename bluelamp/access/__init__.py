"""Who can do what, answered from resources alone: an evaluator for each target that a policy of access compiles to.

The evaluators know Azure's rules and nothing of the policy: they read groups, access packages, conditional access,
role assignments, conditions and the policies of API Management, and say which view of an asset somebody can read. What
they cannot interpret raises `NotUnderstoodError`; it is never taken for a denial or a permission.
"""

from bluelamp.access.application import applications
from bluelamp.access.interfaces import open_data, partner_interface
from bluelamp.access.lake import lake
from bluelamp.access.seen import NotUnderstoodError, Resources, Seen, Subject

__all__ = [
    "NotUnderstoodError",
    "Resources",
    "Seen",
    "Subject",
    "applications",
    "lake",
    "open_data",
    "partner_interface",
]
